//! Whatever is done in whatever order from many threads at once: the money holds together.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{Days, NaiveDate, TimeDelta};
use waymark::budgets::shares::Shares;
use waymark::budgets::terms::{Holder, PeriodLength, RatePer};
use waymark::budgets::{
    self, AccountKind, Agreed, Change, FundingRoute, Handing, MoneyError, Move, Source, What, give, move_money,
};
use waymark::db::Conn;
use waymark::identity::{BudgetHolder, SignedIn};
use waymark::ids::{BudgetId, PersonId, SubmissionKey};
use waymark::money::Money;
use waymark::purchasing::{BuyError, Request, buy};
use waymark::{my_money, statements};

use crate::a_year_of_money::{date, gives, pooled, trafford, wrong};
use crate::support::{Town, option_id, service_id};

/// Numbers that are the same on every run, one row for each thread.
struct Dice(u64);

impl Dice {
    fn upto(&mut self, most: u64) -> u64 {
        // xorshift64
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }
}

fn holder(town: &Town, name: &str, budget: BudgetId) -> BudgetHolder {
    let read = |conn: &mut Conn| {
        let who = SignedIn::known(conn, PersonId::named(name))?.unwrap();
        BudgetHolder::find(conn, &who, budget)
    };
    town.app.db.read_now(read).unwrap().unwrap()
}

/// Who holds a budget from now on: one or two of three.
fn some_holders(dice: &mut Dice) -> Shares<Holder> {
    let routes = [FundingRoute::DirectPayment, FundingRoute::CouncilManaged, FundingRoute::Trust];
    let holder = |at: u64| {
        let route = routes[usize::try_from(at % 3).unwrap()];
        let name = if route == FundingRoute::Trust { "A trust".into() } else { String::new() };
        Holder { name, ..Holder::of(route) }
    };
    let (first, share) = (dice.upto(3), i32::try_from(dice.upto(9_999)).unwrap() + 1);
    if dice.upto(2) == 0 {
        return Shares::all(holder(first));
    }
    Shares::new(vec![(holder(first), share), (holder(first + 1), 10_000 - share)]).unwrap()
}

/// One thing that somebody does; whether it was done or refused, and never failed.
fn does(town: &Town, dice: &mut Dice, budgets: &[BudgetId; 2], holders: &[BudgetHolder; 2]) -> bool {
    let now = town.app.clock.now();
    let which = usize::try_from(dice.upto(2)).unwrap();
    let (budget, other) = (budgets[which], budgets[1 - which]);
    let pence = i64::try_from(dice.upto(40_000)).unwrap() + 1;
    let sources =
        [Source::SocialCare, Source::Health, Source::HousingSupport, Source::TopUp, Source::ClientContribution];
    let source = sources[usize::try_from(dice.upto(5)).unwrap()];
    let what = match dice.upto(16) {
        0..=4 => {
            let service = ["Lunch club", "Someone to sit with mum or dad"][usize::try_from(dice.upto(2)).unwrap()];
            let request = Request {
                service: service_id(service),
                cost_option: option_id(service),
                quantity: i32::try_from(dice.upto(30)).unwrap() + 1,
                starts_on: now.date(),
                funding_route: None,
                note: String::new(),
                answer: String::new(),
                key: SubmissionKey::new(),
            };
            let holder = holders[which].clone();
            let rules = town.app.rules.rules_now(trafford()).unwrap();
            return match town.app.db.write_now(move |tx: &mut Conn| buy(tx, &holder, &request, &rules, now).map(drop)) {
                Ok(()) => true,
                Err(BuyError::NotEnoughMoney(_)) => false,
                Err(other) => panic!("{other:?}"),
            };
        }
        5 => What::OneOff(Source::POOLED[usize::try_from(dice.upto(4)).unwrap()]),
        6 => What::TopUp,
        7 => What::Refund(source),
        8 => What::BetweenSources(source, Source::Health),
        9 => What::ToBudget(other, source),
        10 => What::ContributionReceived,
        11 => What::HandOver(FundingRoute::DirectPayment),
        12 => What::HandedBack(FundingRoute::DirectPayment),
        13 | 14 => return is_paid_out(town, (budget, i64::try_from(dice.upto(90)).unwrap())),
        _ => {
            let change = Change {
                from: now.date() + Days::new(dice.upto(60)),
                rate: Some((Money::pence(pence), RatePer::Week)),
                contribution: Some(Money::pence(pence / 4)),
                holders: Some(some_holders(dice)),
                reason: "Tried".into(),
                ..Change::default()
            };
            let done = town.app.db.write_now(move |tx: &mut Conn| {
                budgets::change::change(tx, (trafford(), budget), None, &change, now).map(drop)
            });
            return refused_or_done(done);
        }
    };
    let asked = Move { what, amount: Money::pence(pence), note: "Tried".into(), key: SubmissionKey::new() };
    let done =
        town.app.db.write_now(move |tx: &mut Conn| move_money(tx, (trafford(), budget), None, &asked, now).map(drop));
    refused_or_done(done)
}

/// Whoever holds a budget is paid what is due by a day, as a run does it; whether there was something.
fn is_paid_out(town: &Town, (budget, days): (BudgetId, i64)) -> bool {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let now = town.app.clock.now();
    let by = now.date() + TimeDelta::days(days);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let pay = move |tx: &mut Conn| {
        let due = budgets::due::due_of(tx, trafford(), &[budget], by)?;
        let all: Vec<Handing> = due
            .iter()
            .filter(|each| each.amount > Money::ZERO)
            .map(|each| Handing {
                budget,
                route: each.holder.route,
                amount: each.amount,
                cause: format!("{number} {}", each.holder.route),
            })
            .collect();
        let done = budgets::hand_over::hand_over(tx, (trafford(), None), &all, by, now)?;
        let read = budgets::store::read_of(tx, trafford(), budget)?;
        let parts = [&read.available, &read.committed, &read.owed, &read.paid];
        let whole: i64 = parts.iter().map(|part| part.balance.as_pence()).sum();
        // Never more than there is, whoever changed what in between.
        if done.contains(&true) {
            assert!(read.handed_over.as_pence() + read.paid_by_council.as_pence() <= whole, "{read:?}");
        }
        Ok::<_, MoneyError>(done.contains(&true))
    };
    town.app.db.write_now(pay).unwrap()
}

fn refused_or_done(done: Result<(), MoneyError>) -> bool {
    match done {
        Ok(()) => true,
        Err(MoneyError::Database(cause)) => panic!("not refused, but failed: {cause:?}"),
        Err(_) => false,
    }
}

#[test]
fn eight_people_do_two_hundred_things_at_once_and_the_money_holds() {
    let town = Town::without_followers();
    let agreed = |name: &str| Agreed {
        name: name.into(),
        period_length: PeriodLength::Month,
        sources: pooled(),
        contribution: Money::pounds(20),
        ..Agreed::weekly(PersonId::named("Amira"), Money::pounds(300), date("2026-05-01"))
    };
    let budgets = ["One", "Two"].map(|name| gives(&town, &agreed(name)).unwrap().budget);
    let holders = [0, 1].map(|at| holder(&town, "Amira", budgets[at]));
    let done = AtomicU64::new(0);
    for round in 0..3_u64 {
        std::thread::scope(|scope| {
            for thread in 0..8_u64 {
                let (town, budgets, holders, done) = (&town, &budgets, &holders, &done);
                scope.spawn(move || {
                    let mut dice = Dice(0x9E37_79B9_7F4A_7C15 ^ ((round * 8 + thread + 1) * 0x2545_F491));
                    for _ in 0..25 {
                        let did = does(town, &mut dice, budgets, holders);
                        done.fetch_add(u64::from(did), Ordering::Relaxed);
                    }
                });
            }
        });
        // Between the rounds a month goes by, and periods are closed as the rule says.
        town.pass(TimeDelta::days(31));
        town.work_of_the_day();
        let wrong = wrong(&town);
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
    assert!(done.load(Ordering::Relaxed) > 100, "most of it was refused: {done:?}");
    for budget in budgets {
        let read = |conn: &mut Conn| {
            let all = budgets::store::balances(conn, trafford(), budget)?;
            let periods = budgets::store::periods(conn, trafford(), budget)?;
            let ids: Vec<_> = periods.iter().map(|period| period.id).collect();
            Ok::<_, diesel::result::Error>((all, periods, budgets::store::period_balances(conn, &ids)?))
        };
        let (all, periods, ended) = town.app.db.read_now(read).unwrap();
        for (kind, part, amount) in all.iter() {
            let below = matches!(kind, AccountKind::ContributionDue | AccountKind::HandedOver);
            assert!(if below { amount <= Money::ZERO } else { amount >= Money::ZERO }, "{kind} {part}: {amount}");
        }
        // Statements and "My money" tell the same, source by source, and so do the parts of any time that they are cut into.
        let at = usize::from(budget == budgets[1]);
        told_as_it_stands(&town, &holders[at], &all);
        assert!(periods.windows(2).all(|two| two[0].ends_on == two[1].starts_on));
        let closed: Vec<_> = periods.iter().filter(|period| period.closed_at.is_some()).collect();
        assert!(closed.len() >= 3);
        for period in closed {
            let of_this: Vec<_> = ended.iter().filter(|each| each.period_id == period.id).collect();
            let sum =
                |of: &dyn Fn(&budgets::store::PeriodBalance) -> i64| of_this.iter().map(|each| of(each)).sum::<i64>();
            assert_eq!(
                sum(&|each| each.left_pence.as_pence()),
                sum(&|each| each.carried_pence.as_pence() + each.returned_pence.as_pence())
            );
            // What the council holds goes on up to eight weeks of what the rate was on the last day; with others, all of it.
            let terms = town.app.db.read_now(|conn| budgets::store::terms(conn, trafford(), budget)).unwrap();
            let held = budgets::terms::on(&terms, period.ends_on - Days::new(1)).unwrap();
            let carried: i64 = of_this
                .iter()
                .filter(|each| !each.source.is_the_persons())
                .map(|each| each.carried_pence.as_pence())
                .sum();
            let managed = held.holders.parts().iter().all(|(holder, _)| holder.route == FundingRoute::CouncilManaged);
            assert!(
                !managed || carried <= held.rate.as_pence() * 8,
                "{carried} is more than eight weeks of {}",
                held.rate
            );
        }
    }
}

/// What statements and "My money" say of a budget is what stands on its accounts, for each source.
fn told_as_it_stands(town: &Town, holder: &BudgetHolder, all: &budgets::store::Balances) {
    let today = town.today();
    let statement = |from: NaiveDate, to: NaiveDate| {
        let period = statements::Period { from, to };
        town.app.db.read_now(|conn| statements::read(conn, holder, period)).unwrap()
    };
    let whole = statement(date("2026-05-01"), today);
    assert_eq!(whole.before, statements::Parts::default());
    assert_eq!(whole.paid_out, (0, -all.all_of(AccountKind::HandedOver).as_pence()));
    let mut seen = 0;
    for each in &whole.by_source {
        let stands = |kind: AccountKind| all.of(kind, each.source).as_pence();
        let parts = statements::Parts {
            available: stands(AccountKind::Available),
            committed: stands(AccountKind::Committed),
            owed: stands(AccountKind::Owed),
            paid: stands(AccountKind::Paid),
        };
        assert_eq!((each.source, each.after), (each.source, parts));
        seen += each.after.total();
    }
    assert_eq!(seen, whole.after.total(), "nothing stands beside the sources");
    for days in [3_i64, 17, 31, 45] {
        let day = date("2026-05-01") + TimeDelta::days(days);
        let (first, second) = (statement(date("2026-05-01"), day), statement(day + TimeDelta::days(1), today));
        let ends: Vec<_> = first.by_source.iter().map(|each| (each.source, each.after)).collect();
        let begins = second.by_source.iter().map(|each| (each.source, each.before));
        let begins: Vec<_> = begins.filter(|(source, _)| ends.iter().any(|(each, _)| each == source)).collect();
        assert_eq!(ends, begins, "{day}");
        assert_eq!(first.paid_out.1, second.paid_out.0, "{day}");
    }
    let who = town.app.db.read_now(|conn| SignedIn::known(conn, PersonId::named("Amira"))).unwrap().unwrap();
    let money = town.app.db.read_now(|conn| my_money::read(conn, &who, None, today)).unwrap().unwrap();
    let one = money.budgets.iter().find(|one| one.summary.id == holder.budget()).unwrap();
    for of in one.by_source() {
        let stands = [AccountKind::Available, AccountKind::Committed, AccountKind::Owed, AccountKind::Paid]
            .map(|kind| all.of(kind, of.source));
        assert_eq!([of.left, of.committed, of.owed, of.paid], stands, "{}", of.source);
    }
    let period = one.period.as_ref().unwrap();
    assert!(period.starts_on <= today && today < period.ends_on);
}

#[test]
fn thirty_two_buyers_of_one_pooled_budget_never_overspend() {
    let town = Town::without_followers();
    let agreed =
        Agreed { sources: pooled(), ..Agreed::weekly(PersonId::named("Amira"), Money::pounds(7), date("2026-05-01")) };
    let now = town.app.clock.now();
    let budget = town.app.db.write_now(move |tx: &mut Conn| give(tx, trafford(), None, &agreed, now)).unwrap().budget;
    // £7 a week for a year of 365 days is £365: 45 lunches at £8, and £5 that buy none.
    let holder = holder(&town, "Amira", budget);
    let bought = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..32 {
            let (town, holder, bought) = (&town, &holder, &bought);
            scope.spawn(move || {
                for _ in 0..3 {
                    let request = Request {
                        service: service_id("Lunch club"),
                        cost_option: option_id("Lunch club"),
                        quantity: 1,
                        starts_on: now.date(),
                        funding_route: None,
                        note: String::new(),
                        answer: String::new(),
                        key: SubmissionKey::new(),
                    };
                    let holder = holder.clone();
                    let rules = town.app.rules.rules_now(trafford()).unwrap();
                    match town.app.db.write_now(move |tx: &mut Conn| buy(tx, &holder, &request, &rules, now).map(drop))
                    {
                        Ok(()) => drop(bought.fetch_add(1, Ordering::Relaxed)),
                        Err(BuyError::NotEnoughMoney(_)) => {}
                        Err(other) => panic!("{other:?}"),
                    }
                }
            });
        }
    });
    assert_eq!(bought.load(Ordering::Relaxed), 45);
    let all = town.app.db.read_now(|conn| budgets::store::balances(conn, trafford(), budget)).unwrap();
    assert_eq!(all.all_of(AccountKind::Available), Money::pounds(5));
    assert_eq!(all.all_of(AccountKind::Committed), Money::pounds(360));
    let wrong = wrong(&town);
    assert!(wrong.is_empty(), "{wrong:#?}");
}
