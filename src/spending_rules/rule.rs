//! The noun: a rule, and what all rules of an authority together say of a purchase. Pure.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::catalogue::Kind;
use crate::clock::{UtcTime, long_date};
use crate::db::text_enum;
use crate::ids::{AuthorityId, SpendingRuleId};
use crate::money::Money;

text_enum! {
    /// What a rule says of something.
    pub enum Says {
        /// It may be bought, perhaps up to a limit.
        Allowed = "allowed",
        /// It may be bought once the person has answered a question.
        NeedsQuestion = "needs a question",
        /// It may not be bought.
        NotAllowed = "not allowed",
    }
}

text_enum! {
    /// What a limit is counted by.
    pub enum LimitPer {
        /// One purchase.
        Purchase = "purchase",
        /// Everything that begins in one week, Monday to Sunday.
        Week = "week",
        /// Everything from one budget.
        Budget = "budget",
    }
}

/// One rule of an authority.
#[derive(Clone, Debug)]
pub struct SpendingRule {
    /// Which.
    pub id: SpendingRuleId,
    /// Whose.
    pub authority: AuthorityId,
    /// The name of the authority.
    pub authority_name: String,
    /// Of which category; of everything below it too.
    pub category: Option<String>,
    /// The name of that category.
    pub category_name: Option<String>,
    /// The category and everything below it.
    pub covers: BTreeSet<String>,
    /// Of which kind of service.
    pub kind: Option<Kind>,
    /// What it says.
    pub says: Says,
    /// What it asks.
    pub question: Option<String>,
    /// Up to how much.
    pub limit: Option<(Money, LimitPer)>,
    /// The rule in plain words.
    pub words: String,
    /// On what ground.
    pub ground: String,
    /// Since when, or from when on.
    pub from_on: NaiveDate,
    /// Its last day; none if open.
    pub ends_on: Option<NaiveDate>,
    /// Who set it.
    pub set_by: String,
    /// When it was set.
    pub set_at: UtcTime,
}

impl SpendingRule {
    /// Whether it holds on a day.
    #[must_use]
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.from_on <= day && self.ends_on.is_none_or(|last| day <= last)
    }

    /// What it is about, in words: "Gardening", "equipment", "everything".
    #[must_use]
    pub fn about(&self) -> String {
        match (&self.category_name, self.kind) {
            (Some(name), _) => name.clone(),
            (None, Some(kind)) => format!("Every {kind}"),
            (None, None) => "Everything".into(),
        }
    }

    /// "up to £200 for each purchase"
    #[must_use]
    pub fn limit_words(&self) -> Option<String> {
        self.limit.map(|(amount, per)| match per {
            LimitPer::Purchase => format!("up to {amount} for each purchase"),
            LimitPer::Week => format!("up to {amount} in a week"),
            LimitPer::Budget => format!("up to {amount} from one budget"),
        })
    }

    /// Who set it, since when, on what ground: one sentence.
    #[must_use]
    pub fn origin(&self) -> String {
        format!(
            "Set by {} for {}, since {}. The ground: {}",
            self.set_by,
            self.authority_name,
            long_date(self.from_on),
            self.ground
        )
    }

    /// How closely it speaks of something; none if it does not.
    fn closeness(&self, category: &str, kind: Option<Kind>) -> Option<u8> {
        match (&self.category, self.kind) {
            (Some(own), _) if own == category => Some(3),
            (Some(_), _) => self.covers.contains(category).then_some(2),
            (None, Some(own)) => (kind == Some(own)).then_some(1),
            (None, None) => Some(0),
        }
    }
}

/// What somebody wants to buy, as rules see it.
#[derive(Clone, Copy, Debug)]
pub struct Purchasing<'a> {
    /// The category of the service.
    pub category: &'a str,
    /// Its kind, where a rule asks for it.
    pub kind: Option<Kind>,
    /// What it costs.
    pub total: Money,
}

/// What the rules say of a purchase.
#[derive(Clone, Debug)]
pub enum Verdict<'a> {
    /// Go on.
    Fine,
    /// Ask the question of this rule first.
    Ask(&'a SpendingRule),
    /// This rule says no.
    Refused(&'a SpendingRule),
}

/// All rules of one authority that have not ended.
#[derive(Clone, Debug, Default)]
pub struct Rules(Vec<SpendingRule>);

impl Rules {
    /// These rules.
    #[must_use]
    pub fn of(rules: Vec<SpendingRule>) -> Self {
        Self(rules)
    }

    /// Every rule, those about the same thing together.
    #[must_use]
    pub fn all(&self) -> &[SpendingRule] {
        &self.0
    }

    /// Whether any rule speaks of kinds, so that the kind of a service has to be known.
    #[must_use]
    pub fn asks_for_kind(&self) -> bool {
        self.0.iter().any(|rule| rule.kind.is_some())
    }

    /// The limits that hold for a purchase on a day.
    pub fn limits<'a>(
        &'a self,
        wanted: Purchasing<'a>,
        day: NaiveDate,
    ) -> impl Iterator<Item = (&'a SpendingRule, Money, LimitPer)> {
        self.0.iter().filter(move |rule| rule.holds_on(day)).filter_map(move |rule| {
            rule.closeness(wanted.category, wanted.kind)?;
            rule.limit.map(|(amount, per)| (rule, amount, per))
        })
    }

    /// What the rules say on a day; `so_far` tells what was bought already under a rule with a limit, besides this.
    pub fn verdict<E>(
        &self,
        wanted: Purchasing<'_>,
        day: NaiveDate,
        mut so_far: impl FnMut(&SpendingRule, LimitPer) -> Result<Money, E>,
    ) -> Result<Verdict<'_>, E> {
        let decides = self
            .0
            .iter()
            .filter(|rule| rule.holds_on(day))
            .filter_map(|rule| Some((rule.closeness(wanted.category, wanted.kind)?, rule)))
            // A rule with a limit allows what a broader one forbids; a newer one goes before an older one.
            .max_by_key(|(closeness, rule)| (*closeness, rule.from_on, rule.set_at));
        if let Some((_, rule)) = decides
            && rule.says == Says::NotAllowed
        {
            return Ok(Verdict::Refused(rule));
        }
        for rule in self.0.iter().filter(|rule| rule.holds_on(day)) {
            let Some((most, per)) = rule.limit else { continue };
            if rule.closeness(wanted.category, wanted.kind).is_none() {
                continue;
            }
            let before = if per == LimitPer::Purchase { Money::ZERO } else { so_far(rule, per)? };
            if before.plus(wanted.total).is_none_or(|sum| sum > most) {
                return Ok(Verdict::Refused(rule));
            }
        }
        match decides {
            Some((_, rule)) if rule.says == Says::NeedsQuestion => Ok(Verdict::Ask(rule)),
            _ => Ok(Verdict::Fine),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn rule(category: Option<&str>, says: Says) -> SpendingRule {
        SpendingRule {
            id: SpendingRuleId::new(),
            authority: AuthorityId::named("Trafford"),
            authority_name: "Trafford".into(),
            category: category.map(Into::into),
            category_name: category.map(Into::into),
            covers: match category {
                Some("help-at-home") => ["help-at-home", "gardening", "meals"].map(Into::into).into(),
                Some(only) => [only.to_owned()].into(),
                None => BTreeSet::new(),
            },
            kind: None,
            says,
            question: (says == Says::NeedsQuestion).then(|| "Why?".into()),
            limit: None,
            words: "A rule".into(),
            ground: "A ground".into(),
            from_on: day("2026-04-01"),
            ends_on: None,
            set_by: "Helen".into(),
            set_at: UtcTime::default(),
        }
    }

    fn told(rules: Vec<SpendingRule>, category: &str, pounds: i32, on: &str) -> String {
        let rules = Rules::of(rules);
        let wanted = Purchasing { category, kind: Some(Kind::Support), total: Money::pounds(pounds) };
        let verdict = rules.verdict(wanted, day(on), |_, _| Ok::<_, Infallible>(Money::pounds(50))).unwrap();
        match verdict {
            Verdict::Fine => "fine".into(),
            Verdict::Ask(rule) => format!("asks about {}", rule.about()),
            Verdict::Refused(rule) => format!("no to {}", rule.about()),
        }
    }

    #[test]
    fn no_rule_no_refusal() {
        assert_eq!(told(vec![], "gardening", 9_999, "2026-05-20"), "fine");
        let other = vec![rule(Some("meals"), Says::NotAllowed)];
        assert_eq!(told(other, "gardening", 9_999, "2026-05-20"), "fine");
    }

    #[test]
    fn the_closest_rule_decides_and_a_newer_one_goes_before_an_older_one() {
        let broad = rule(Some("help-at-home"), Says::NotAllowed);
        assert_eq!(told(vec![broad.clone()], "gardening", 1, "2026-05-20"), "no to help-at-home");
        let close = rule(Some("gardening"), Says::Allowed);
        assert_eq!(told(vec![broad.clone(), close.clone()], "gardening", 1, "2026-05-20"), "fine");
        let newer = SpendingRule { from_on: day("2026-05-01"), ..rule(Some("gardening"), Says::NeedsQuestion) };
        assert_eq!(told(vec![newer, close, broad], "gardening", 1, "2026-05-20"), "asks about gardening");
        let kind = SpendingRule { kind: Some(Kind::Support), ..rule(None, Says::NotAllowed) };
        assert_eq!(told(vec![kind, rule(None, Says::Allowed)], "arts", 1, "2026-05-20"), "no to Every support service");
    }

    #[test]
    fn a_rule_holds_from_its_first_to_its_last_day() {
        let until = || vec![SpendingRule { ends_on: Some(day("2026-04-30")), ..rule(None, Says::NotAllowed) }];
        for (on, says) in [
            ("2026-03-31", "fine"),
            ("2026-04-01", "no to Everything"),
            ("2026-04-30", "no to Everything"),
            ("2026-05-01", "fine"),
        ] {
            assert_eq!(told(until(), "arts", 1, on), says, "{on}");
        }
    }

    #[test]
    fn a_limit_counts_what_was_bought_before() {
        let limited = |most, per| {
            vec![SpendingRule { limit: Some((Money::pounds(most), per)), ..rule(Some("gardening"), Says::Allowed) }]
        };
        assert_eq!(told(limited(60, LimitPer::Purchase), "gardening", 60, "2026-05-20"), "fine");
        assert_eq!(told(limited(60, LimitPer::Purchase), "gardening", 61, "2026-05-20"), "no to gardening");
        assert_eq!(told(limited(60, LimitPer::Week), "gardening", 10, "2026-05-20"), "fine");
        assert_eq!(told(limited(60, LimitPer::Week), "gardening", 11, "2026-05-20"), "no to gardening");
        assert_eq!(told(limited(60, LimitPer::Budget), "meals", 999, "2026-05-20"), "fine");
    }
}
