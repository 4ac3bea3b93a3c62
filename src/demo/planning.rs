//! Self-assessments, support plans and reviews of the town: answers to try a new questionnaire out on, a plan worth seeing,
//! plans that wait for the council, one to be signed, and reviews that are due.

use chrono::{Days, TimeDelta};
use rand::RngExt;

use crate::allocation::{self, Answer, Answers, QuestionKind, Questionnaire};
use crate::budgets;
use crate::catalogue;
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::AppError;
use crate::helping;
use crate::identity::{AssignedCareManager, PlanReader, PlanSigner, Planner, SignedIn};
use crate::ids::{PersonId, ServiceId, seeded};
use crate::money::Money;
use crate::places::reference::authority_id;
use crate::support_plans::agree::{Decision, agree, sign_onto};
use crate::support_plans::review::{Came, OutcomeReviewed, ReviewContent, hold};
use crate::support_plans::share::share;
use crate::support_plans::write::{change, comment};
use crate::support_plans::{
    Check, CirclePerson, Line, Outcome, PlanContent, Rhythm, Risk, RiskLevel, begin, hand_over, review_store,
};

use super::holders::AUTHORITIES;
use super::people::TRAFFORD;

/// So many people of Trafford have answered.
pub(super) const ANSWERED: usize = 180;
/// So many of them, besides those to sign in as, have Ruth as their care manager.
const OF_RUTH: usize = 7;

fn person(key: &str) -> PersonId {
    PersonId::named(&format!("demo person:{key}"))
}

/// Writes all of it; nothing where nobody of the demo lives.
pub(super) fn write(tx: &mut Conn, people: &[PersonId], now: UtcTime) -> Result<(), AppError> {
    let since = now - TimeDelta::days(400);
    for (code, _) in AUTHORITIES {
        let by = (code == TRAFFORD).then(|| person("helen"));
        allocation::put(tx, authority_id(code), &allocation::standard(), since.date(), by, since)?;
    }
    let standard = allocation::standard();
    let mut rng = seeded(26);
    let listed = ["amira", "george", "leon"].map(person);
    let others: Vec<PersonId> = people.iter().copied().filter(|each| !listed.contains(each)).collect();
    for (number, each) in others.iter().enumerate() {
        let Some(planner) = planner(tx, *each, *each)? else { continue };
        let answers = invented(&standard, *each, &mut rng);
        let at = now - TimeDelta::days(30 + i64::try_from(number).unwrap_or(0) % 300);
        allocation::put_finished(tx, &planner, &answers, at)?;
    }
    let ruth = person("ruth");
    for each in listed.iter().chain(others.iter().take(OF_RUTH)) {
        helping::store::insert_assigned(tx, authority_id(TRAFFORD), (*each, ruth), since)?;
    }
    amira(tx, now)?;
    leon(tx, now)?;
    george(tx, now)?;
    for (number, each) in others.iter().take(OF_RUTH).enumerate() {
        another(tx, *each, number, now)?;
    }
    Ok(())
}

fn reader(tx: &mut Conn, who: PersonId, about: PersonId) -> diesel::QueryResult<Option<PlanReader>> {
    match SignedIn::known(tx, who)? {
        Some(who) => PlanReader::find(tx, &who, about),
        None => Ok(None),
    }
}

fn planner(tx: &mut Conn, who: PersonId, about: PersonId) -> diesel::QueryResult<Option<Planner>> {
    Ok(reader(tx, who, about)?.and_then(Planner::of))
}

fn manager(tx: &mut Conn, about: PersonId) -> diesel::QueryResult<Option<AssignedCareManager>> {
    Ok(reader(tx, person("ruth"), about)?.and_then(AssignedCareManager::of))
}

fn answer(by: PersonId) -> Answer {
    Answer {
        choices: Vec::new(),
        number: None,
        words: String::new(),
        given_by: by,
        given_as: allocation::AnsweredAs::Themselves,
    }
}

fn chose(by: PersonId, list: &[(&str, &str)]) -> Answers {
    let one = |(question, choice): &(&str, &str)| {
        let mut given = answer(by);
        match *question {
            "nights" => given.number = choice.parse().ok(),
            "matters" | "more" => (*choice).clone_into(&mut given.words),
            _ => given.choices = choice.split(' ').map(str::to_owned).collect(),
        }
        ((*question).to_owned(), given)
    };
    list.iter().map(one).collect()
}

/// Answers as somebody may give them: more often little than much.
fn invented(content: &Questionnaire, by: PersonId, rng: &mut crate::ids::Random) -> Answers {
    let mut answers = Answers::new();
    for question in &content.questions {
        let mut given = answer(by);
        match question.kind {
            QuestionKind::Words => {}
            QuestionKind::Number => given.number = Some((rng.random_range(0..=question.most) - 3).max(0)),
            QuestionKind::OneOf => {
                let (one, two) =
                    (rng.random_range(0..question.options.len()), rng.random_range(0..question.options.len()));
                given.choices.push(question.options[one.min(two)].key.clone());
            }
            QuestionKind::SomeOf => {
                let some = question.options.iter().filter(|_| rng.random_range(0..3) == 0);
                given.choices = some.map(|option| option.key.clone()).collect();
            }
        }
        answers.insert(question.key.clone(), given);
    }
    answers
}

/// A line for a service of the town at its first price; own words where it is not there.
fn bought(
    tx: &mut Conn,
    key: &str,
    (provider, name): (&str, &str),
    quantity: i32,
    outcome: &str,
    now: UtcTime,
) -> diesel::QueryResult<Line> {
    let id = ServiceId::named(&format!("invented:service:{provider}:{name}"));
    let mut line = Line {
        key: key.into(),
        words: name.into(),
        rhythm: Rhythm::Weekly,
        quantity,
        price_pence: Money::pence(1_600),
        outcome: outcome.into(),
        ..Line::default()
    };
    if let Some(whole) = catalogue::store::whole_service(tx, id, now.date())?
        && let Some(option) = whole.options.iter().find(|option| option.amount_pence > Money::ZERO)
    {
        line.service_id = Some(id);
        line.cost_option_id = Some(option.id);
        line.provider = whole.provider;
        line.unit = option.unit.to_string();
        line.price_pence = option.amount_pence;
    }
    Ok(line)
}

fn free(key: &str, words: &str, unit: &str, outcome: &str) -> Line {
    Line {
        key: key.into(),
        words: words.into(),
        unit: unit.into(),
        quantity: 1,
        is_free: true,
        outcome: outcome.into(),
        ..Line::default()
    }
}

fn outcome(key: &str, words: &str, sign: &str) -> Outcome {
    Outcome { key: key.into(), words: words.into(), sign: sign.into() }
}

/// All four checks passed, with a budget.
fn decision(weekly: Money, reason: &str) -> Decision {
    let note = |check: &Check| match check {
        Check::Healthy => "Regular meals, people who are known, and an alarm.",
        Check::Outcomes => "Each has at least one line.",
        Check::Risk => "The risks are known, and this is how they are to be lived with.",
        Check::Affordable => "Within the money.",
    };
    Decision {
        checks: Check::ALL.iter().map(|check| (*check, true, note(check).to_owned())).collect(),
        weekly: Some(weekly),
        reason: reason.into(),
        from: None,
        bridge_weeks: 0,
    }
}

/// Amira's plan: agreed by both, reviewed once, and to be reviewed again soon.
fn amira(tx: &mut Conn, now: UtcTime) -> Result<(), AppError> {
    let amira = person("amira");
    let Some(planner) = planner(tx, amira, amira)? else { return Ok(()) };
    let began = now - TimeDelta::days(150);
    let given = [
        ("matters", "My garden, my sister, a choir that does not mind the wheelchair, and deciding for myself."),
        ("washing", "daily"),
        ("eating", "daily"),
        ("home", "cleaning moving"),
        ("nights", "1"),
        ("people", "most"),
        ("children", "no"),
        ("safe", "hours"),
        ("carer", "none"),
        ("travel", "no"),
        ("more", "Some weeks are much worse than others."),
    ];
    allocation::put_finished(tx, &planner, &chose(amira, &given), began)?;
    let content = amiras_plan(tx, began, now)?;
    let first = PlanContent {
        lines: content.lines.iter().take(4).cloned().collect(),
        contingency_pence: Money::pounds(200),
        ..content.clone()
    };
    begin(tx, &planner, &first, began + TimeDelta::days(1))?;
    hand_over(tx, &planner, began + TimeDelta::days(3))?;
    let Some(ruth) = manager(tx, amira)? else { return Ok(()) };
    let helper = self::planner(tx, person("ruth"), amira)?;
    if let Some(helper) = &helper {
        let words = "You wrote that you would like to teach again: what would you need for it?";
        comment(tx, helper, ("outcome-3", words), began + TimeDelta::days(6))?;
    }
    let words = "A good plan. Please put the teaching in, and a little more in hand for the weeks when Bisi is away.";
    crate::support_plans::agree::send_back(tx, &ruth, (&[], words), began + TimeDelta::days(6))?;
    change(tx, &planner, began + TimeDelta::days(8), |written| {
        *written = content.clone();
        Ok(())
    })?;
    comment(tx, &planner, ("outcome-3", "A tablet to write on, and somewhere to sit."), began + TimeDelta::days(8))?;
    hand_over(tx, &planner, began + TimeDelta::days(8))?;
    agree(tx, &ruth, &decision(Money::pounds(206), ""), began + TimeDelta::days(11))?;
    let signer = reader(tx, amira, amira)?.and_then(PlanSigner::of);
    let budget = budgets::store::budgets_of(tx, planner.who())?.into_iter().find(|budget| budget.person_id == amira);
    let (Some(signer), Some(budget)) = (signer, budget) else { return Ok(()) };
    sign_onto(tx, &signer, budget.id, began + TimeDelta::days(12))?;
    let due = review_store::reviews_of(tx, &ruth)?.into_iter().next();
    let Some((review, _)) = due else { return Ok(()) };
    hold(tx, &ruth, review.id, &amiras_review(), began + TimeDelta::days(70))?;
    share(tx, &signer, true, began + TimeDelta::days(75))?;
    Ok(())
}

fn amiras_plan(tx: &mut Conn, began: UtcTime, now: UtcTime) -> diesel::QueryResult<PlanContent> {
    Ok(PlanContent {
        matters: "My garden, my sister Nadia, and singing. I was a maths teacher for thirty years and still like a problem to chew \
                  on. MS makes some days short: I would rather do one thing that I like than five that others think good for me."
            .into(),
        outcomes: vec![
            outcome("outcome-1", "I get up, wash and eat when I want to, with people whom I know", "No more than three different people in a month"),
            outcome("outcome-2", "I sing with others every week", "The choir, in most weeks of the year"),
            outcome("outcome-3", "I teach again, a little", "Two pupils whom I see regularly"),
        ],
        risks: vec![
            Risk {
                key: "risk-1".into(),
                words: "I fall when I am tired and alone".into(),
                handling: "An alarm on my wrist; Bisi and my neighbour each have a key; I do not use the steps after six.".into(),
                level: RiskLevel::Medium,
            },
            Risk {
                key: "risk-2".into(),
                words: "Bisi is ill or on holiday".into(),
                handling: "Wrenmoor know me and can come for some days; the money in hand is for this.".into(),
                level: RiskLevel::Low,
            },
        ],
        circle: vec![
            CirclePerson { key: "circle-1".into(), name: "Nadia".into(), relation: "my sister, in Leeds".into(), brings: "Rings on Sundays, sorts out papers, makes me laugh".into() },
            CirclePerson { key: "circle-2".into(), name: "Mr Pickering".into(), relation: "next door".into(), brings: "Has a key, waters the tomatoes, likes to be asked".into() },
            CirclePerson { key: "circle-3".into(), name: "Two old colleagues".into(), relation: "from school".into(), brings: "Would send me pupils who are afraid of fractions".into() },
        ],
        lines: vec![
            bought(tx, "line-1", ("Bisi A.", "Bisi A., personal assistant"), 6, "outcome-1", now)?,
            bought(tx, "line-2", ("Wrenmoor Care at Home", "Care at home"), 2, "outcome-1", now)?,
            bought(tx, "line-3", ("Soup Spoon Society", "Soup and a song"), 1, "outcome-2", now)?,
            Line {
                key: "line-4".into(),
                words: "A choir with a ramp and a late start".into(),
                unit: "evening".into(),
                quantity: 1,
                price_pence: Money::pence(600),
                outcome: "outcome-2".into(),
                note: "Not found yet near Sale".into(),
                ..Line::default()
            },
            Line {
                key: "line-5".into(),
                words: "A tablet with a pen, for teaching".into(),
                rhythm: Rhythm::Once,
                quantity: 1,
                price_pence: Money::pounds(340),
                outcome: "outcome-3".into(),
                ..Line::default()
            },
            free("line-6", "A quiet table in the library", "afternoon", "outcome-3"),
        ],
        contingency_pence: Money::pounds(400),
        contingency_for: "More hours in a bad week, and Wrenmoor when Bisi is away".into(),
        starts_on: Some((began + TimeDelta::days(14)).date()),
    })
}

fn amiras_review() -> ReviewContent {
    let said = |key: &str, came: Came, words: &str| OutcomeReviewed { key: key.into(), came, words: words.into() };
    ReviewContent {
        outcomes: vec![
            said("outcome-1", Came::Achieved, "Bisi and two from Wrenmoor, whom I like"),
            said("outcome-2", Came::Partly, "Soup and a song, yes; the choir with a ramp is still to be found"),
            said("outcome-3", Came::NotYet, "The tablet is here. First pupil after the holidays"),
        ],
        worked:
            "The same three people, and being able to move an hour from Tuesday to Thursday without asking anybody."
                .into(),
        did_not: "Evenings: everything begins at seven, when I am tired.".into(),
        next: "Ruth asks the community team about an afternoon choir.".into(),
        risk: RiskLevel::High,
        change: false,
    }
}

/// Leon's plan waits for the council.
fn leon(tx: &mut Conn, now: UtcTime) -> Result<(), AppError> {
    let leon = person("leon");
    let Some(planner) = planner(tx, leon, leon)? else { return Ok(()) };
    let at = now - TimeDelta::days(9);
    let given = [
        ("matters", "Being on stage. Mum. United."),
        ("washing", "some"),
        ("eating", "daily"),
        ("home", "money cleaning"),
        ("nights", "0"),
        ("people", "always"),
        ("children", "no"),
        ("safe", "short"),
        ("carer", "half"),
        ("travel", "yes"),
        ("more", ""),
    ];
    allocation::put_finished(tx, &planner, &chose(leon, &given), at)?;
    let content = PlanContent {
        matters: "I like to act and to make people laugh. I want my own flat one day. Mum worries too much.".into(),
        outcomes: vec![
            outcome("outcome-1", "I am in a play that people pay to see", "A part before next summer"),
            outcome("outcome-2", "I go to town by myself on the tram", "There and back without a phone call"),
        ],
        risks: vec![Risk {
            key: "risk-1".into(),
            words: "Somebody takes my money on the tram".into(),
            handling: "Only ten pounds in my pocket, and a card that stops at twenty.".into(),
            level: RiskLevel::Medium,
        }],
        circle: vec![CirclePerson {
            key: "circle-1".into(),
            name: "Mum".into(),
            relation: "lives round the corner".into(),
            brings: "Sunday dinner, and half of the week\u{2019}s driving".into(),
        }],
        lines: vec![
            Line {
                key: "line-1".into(),
                words: "Drama group".into(),
                unit: "evening".into(),
                quantity: 2,
                price_pence: Money::pence(1_150),
                outcome: "outcome-1".into(),
                ..Line::default()
            },
            Line {
                key: "line-2".into(),
                words: "Somebody to practise the tram with".into(),
                unit: "hour".into(),
                quantity: 3,
                price_pence: Money::pence(1_850),
                outcome: "outcome-2".into(),
                ..Line::default()
            },
            free("line-3", "Open stage at the arts centre", "evening", "outcome-1"),
        ],
        contingency_pence: Money::pounds(150),
        contingency_for: "A taxi when the tram does not come".into(),
        starts_on: Some((now + TimeDelta::days(21)).date()),
    };
    begin(tx, &planner, &content, at + TimeDelta::days(2))?;
    hand_over(tx, &planner, at + TimeDelta::days(4))?;
    Ok(())
}

/// George's plan is agreed by the council, for less than was shown up front: it is his to sign, or not.
fn george(tx: &mut Conn, now: UtcTime) -> Result<(), AppError> {
    let george = person("george");
    let Some(planner) = planner(tx, george, george)? else { return Ok(()) };
    let at = now - TimeDelta::days(24);
    let given = [
        ("matters", "My own bed, the allotment, and no fuss."),
        ("washing", "some"),
        ("eating", "daily"),
        ("home", "cleaning garden"),
        ("nights", "0"),
        ("people", "some"),
        ("children", "no"),
        ("safe", "hours"),
        ("carer", "little"),
        ("travel", "yes"),
        ("more", ""),
    ];
    allocation::put_finished(tx, &planner, &chose(george, &given), at)?;
    let lines = vec![
        bought(tx, "line-1", ("Wrenmoor Care at Home", "Morning and bedtime visits"), 3, "outcome-1", now)?,
        bought(tx, "line-2", ("Soup Spoon Society", "Community table"), 1, "outcome-2", now)?,
        free("line-3", "The allotment society\u{2019}s Thursday tea", "afternoon", "outcome-2"),
    ];
    let content = PlanContent {
        matters: "I have lived in this house since 1969. I want to stay in it, and to see my leeks win.".into(),
        outcomes: vec![
            outcome("outcome-1", "I am washed and dressed by nine", ""),
            outcome("outcome-2", "I sit at a table with others twice a week", ""),
        ],
        risks: vec![Risk {
            key: "risk-1".into(),
            words: "The stairs".into(),
            handling: "A second rail, and the bed may come down in winter.".into(),
            level: RiskLevel::Low,
        }],
        circle: vec![CirclePerson {
            key: "circle-1".into(),
            name: "Carol".into(),
            relation: "my daughter".into(),
            brings: "Shopping on Fridays".into(),
        }],
        lines,
        contingency_pence: Money::ZERO,
        contingency_for: String::new(),
        starts_on: Some((now + TimeDelta::days(14)).date()),
    };
    begin(tx, &planner, &content, at + TimeDelta::days(5))?;
    hand_over(tx, &planner, at + TimeDelta::days(8))?;
    let Some(ruth) = manager(tx, george)? else { return Ok(()) };
    let reason = "Your daughter does the shopping and the cleaning now, so two of the lines are not needed. If she stops, tell us at once.";
    agree(tx, &ruth, &decision(Money::pounds(70), reason), now - TimeDelta::days(3))?;
    Ok(())
}

/// Somebody else of Ruth's: some wait for her, some have a review that is due or overdue.
fn another(tx: &mut Conn, each: PersonId, number: usize, now: UtcTime) -> Result<(), AppError> {
    let Some(planner) = planner(tx, each, each)? else { return Ok(()) };
    let days = i64::try_from(number).unwrap_or(0) * 14;
    let at = now - TimeDelta::days(20 + days);
    let content = PlanContent {
        matters: "Staying in my own home, and seeing people.".into(),
        outcomes: vec![outcome("outcome-1", "I eat well and see somebody every day", "")],
        risks: vec![Risk {
            key: "risk-1".into(),
            words: "A fall".into(),
            handling: "An alarm".into(),
            level: RiskLevel::Low,
        }],
        circle: Vec::new(),
        lines: vec![Line {
            key: "line-1".into(),
            words: "Help in the morning".into(),
            unit: "hour".into(),
            quantity: 5,
            price_pence: Money::pence(2_150),
            outcome: "outcome-1".into(),
            ..Line::default()
        }],
        starts_on: Some(at.date() + Days::new(10)),
        ..PlanContent::default()
    };
    begin(tx, &planner, &content, at)?;
    if number == 0 {
        return Ok(()); // still being written
    }
    hand_over(tx, &planner, at + TimeDelta::days(2))?;
    if number == 1 {
        return Ok(()); // waits
    }
    let Some(ruth) = manager(tx, each)? else { return Ok(()) };
    let assessed = allocation::store::newest_finished(tx, &ruth)?.and_then(|each| each.working);
    let weekly = assessed.map_or(Money::pounds(120), |working| working.weekly_pence);
    agree(tx, &ruth, &decision(weekly, ""), at + TimeDelta::days(6))?;
    let signer = reader(tx, each, each)?.and_then(PlanSigner::of);
    let budget = budgets::store::budgets_of(tx, planner.who())?.into_iter().next();
    if let (Some(signer), Some(budget)) = (signer, budget) {
        sign_onto(tx, &signer, budget.id, at + TimeDelta::days(8))?;
        if number.is_multiple_of(2) {
            share(tx, &signer, true, at + TimeDelta::days(12))?;
        }
    }
    Ok(())
}
