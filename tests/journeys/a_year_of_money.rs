//! A year of a person's money, to the penny, worked by hand.

use chrono::{NaiveDate, TimeDelta};
use serde_json::{Value, json};
use waymark::budgets::terms::{Bridging, Holder, PeriodLength, RatePer};
use waymark::budgets::{
    self, AccountKind, Agreed, Change, FundingRoute, Given, MoneyError, Move, Source, What, give, move_money,
};
use waymark::db::Conn;
use waymark::ids::{AuthorityId, BudgetId, PersonId, SubmissionKey};
use waymark::money::Money;

use crate::support::{Town, option_id, service_id};

pub(crate) fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn trafford() -> AuthorityId {
    waymark::places::reference::authority_id("E08000009")
}

/// 58, 17 and 25 percent, as in seeds/003.
pub(crate) fn pooled() -> budgets::shares::Shares<Source> {
    let parts = vec![(Source::SocialCare, 5_800), (Source::HousingSupport, 1_700), (Source::Health, 2_500)];
    budgets::shares::Shares::new(parts).unwrap()
}

pub(crate) fn gives(town: &Town, agreed: &Agreed) -> Result<Given, MoneyError> {
    let (now, agreed) = (town.app.clock.now(), agreed.clone());
    town.app.db.write_now(move |tx: &mut Conn| give(tx, trafford(), None, &agreed, now))
}

pub(crate) fn changes(town: &Town, budget: BudgetId, change: &Change) -> Result<budgets::Changed, MoneyError> {
    let (now, change) = (town.app.clock.now(), change.clone());
    town.app.db.write_now(move |tx: &mut Conn| budgets::change::change(tx, (trafford(), budget), None, &change, now))
}

pub(crate) fn moves(town: &Town, budget: BudgetId, what: What, pence: i64) -> Result<(), MoneyError> {
    let now = town.app.clock.now();
    let asked = Move { what, amount: Money::pence(pence), note: "As agreed".into(), key: SubmissionKey::new() };
    town.app.db.write_now(move |tx: &mut Conn| move_money(tx, (trafford(), budget), None, &asked, now).map(drop))
}

/// What stands in one part, source by source: social care, health, housing support, the person's part, a top-up.
pub(crate) fn part(town: &Town, budget: BudgetId, kind: AccountKind) -> [i64; 5] {
    let all = town.app.db.read_now(|conn| budgets::store::balances(conn, trafford(), budget)).unwrap();
    [Source::SocialCare, Source::Health, Source::HousingSupport, Source::ClientContribution, Source::TopUp]
        .map(|source| all.of(kind, source).as_pence())
}

/// What `waymark verify` finds wrong with money; nobody follows the log here, so the rest is behind.
pub(crate) fn wrong(town: &Town) -> Vec<String> {
    let mut wrong = town.app.db.read_now(budgets::verify::differences).unwrap();
    wrong.extend(town.app.db.read_now(waymark::purchasing::verify::differences).unwrap());
    wrong
}

/// Lets time pass until ten in the morning of a day, and does the work of every day on the way.
pub(crate) fn until(town: &Town, day: &str) {
    while town.today() < date(day) {
        town.pass(TimeDelta::days(1));
        if town.today() == date(day) || town.today().format("%d").to_string() == "01" {
            town.work_of_the_day();
        }
    }
}

/// Buys, has it delivered and confirmed, and gives the purchase's path.
fn delivered(town: &Town, (service, provider): (&str, &str), quantity: i64, of_it: i64) -> String {
    let amira = town.api_of("Amira");
    let asked = json!({
        "service_id": service_id(service).to_string(),
        "cost_option_id": option_id(service).to_string(),
        "quantity": quantity,
        "starts_on": town.today().to_string(),
        "note": "",
    });
    let key = format!("{service} on {}", town.today());
    let bought = amira.post_once(&format!("/budgets/{}/purchases", town.budget_of("Amira")), &key, &asked).expect(201);
    let id = bought["id"].as_str().unwrap().to_owned();
    let desk = town.api_of(provider);
    desk.post(&format!("/provider/purchases/{id}/agreement"), &Value::Null).expect(200);
    let recorded = json!({ "quantity": of_it, "delivered_on": town.today().to_string() });
    let delivery = desk.post_once(&format!("/provider/purchases/{id}/deliveries"), &key, &recorded).expect(201);
    let path = format!("/purchases/{id}/deliveries/{}/confirmation", delivery["id"].as_str().unwrap());
    assert_eq!(amira.post(&path, &Value::Null).status, 204);
    id
}

/// Pays every invoice that waits.
fn all_paid(town: &Town) {
    let fay = town.api_of("Fay");
    for invoice in fay.get("/finance/invoices").expect(200)["invoices"].as_array().unwrap() {
        let path = format!("/finance/invoices/{}/settlement", invoice["id"].as_str().unwrap());
        fay.post(&path, &Value::Null).expect(200);
    }
}

#[test]
fn a_year_of_amiras_money_to_the_penny() {
    let town = Town::without_followers();

    // £130 a week from 1 June, of which Amira pays £30 after a financial assessment. The council pools the rest:
    // 58 % social care, 17 % housing support, 25 % health. A quarter at a time; the council manages it.
    let agreed = Agreed {
        name: "Living my way".into(),
        period_length: PeriodLength::Quarter,
        sources: pooled(),
        contribution: Money::pounds(30),
        reason: "Plan agreed on 19 May".into(),
        ends_on: Some(date("2027-06-01")),
        ..Agreed::weekly(PersonId::named("Amira"), Money::pounds(130), date("2026-06-01"))
    };
    let budget = gives(&town, &agreed).unwrap().budget;
    // The first quarter is June, July and August: 30 + 31 + 31 = 92 days.
    //   13,000p × 92 / 7 = 170,857.14 → 170,857p; hers 3,000p × 92 / 7 = 39,428.57 → 39,429p; the council's 131,428p.
    //   58 % = 76,228.24, 17 % = 22,342.76, 25 % = 32,857.00: 76,228 + 22,342 + 32,857 = 131,427, and the penny that is
    //   left goes to the largest remainder, housing support.
    assert_eq!(part(&town, budget, AccountKind::Available), [76_228, 32_857, 22_343, 39_429, 0]);

    // 2 June: ten hours of company at £18 = £180. Each source pays in the proportion of what it has, of 170,857p:
    //   social care 18,000 × 76,228 / 170,857 = 8,030.72; health 3,461.53; housing 2,353.86; hers 4,153.89.
    //   8,030 + 3,461 + 2,353 + 4,153 = 17,997; the three pennies go to .89, .86 and .72.
    until(&town, "2026-06-02");
    delivered(&town, ("Someone to sit with mum or dad", "Pat"), 10, 10);
    assert_eq!(part(&town, budget, AccountKind::Owed), [8_031, 3_461, 2_354, 4_154, 0]);
    all_paid(&town);
    assert_eq!(part(&town, budget, AccountKind::Paid), [8_031, 3_461, 2_354, 4_154, 0]);
    assert_eq!(part(&town, budget, AccountKind::Available), [68_197, 29_396, 19_989, 35_275, 0]);

    // 1 July: she pays £130 of her part: of 39,429p she owes 26,429p still. More than that is refused.
    until(&town, "2026-07-01");
    moves(&town, budget, What::ContributionReceived, 13_000).unwrap();
    let refused = moves(&town, budget, What::ContributionReceived, 26_430).unwrap_err();
    assert_eq!(refused.to_string(), "there is £264.29 there, and you asked for £264.30");
    // 2 July: health pays £50 once, for a ramp.
    until(&town, "2026-07-02");
    moves(&town, budget, What::OneOff(Source::Health), 5_000).unwrap();
    assert_eq!(part(&town, budget, AccountKind::Available), [68_197, 34_396, 19_989, 35_275, 0]);

    // 20 July: from 1 August her budget is £104 a week, with £13 a week beside it for four weeks to get used to that.
    until(&town, "2026-07-20");
    let change = Change {
        from: date("2026-08-01"),
        rate: Some((Money::pounds(104), RatePer::Week)),
        bridging: Some(Bridging { weekly: Money::pounds(13), until: date("2026-08-29") }),
        reason: "Review of 15 July".into(),
        ..Change::default()
    };
    let changed = changes(&town, budget, &change).unwrap();
    // June and July are 61 days at £130: 113,285.71 → 113,286p, hers 26,142.86 → 26,143p, the council's 87,143p:
    //   50,542.94, 14,814.31 and 21,785.75 → 50,543, 14,814 and 21,786.
    // August is 31 days at £104: 46,057.14 → 46,057p, hers 13,285.71 → 13,286p, the council's 32,771p:
    //   19,007.18, 5,571.07 and 8,192.75 → 19,007, 5,571 and 8,193.
    // Together 69,550, 20,385 and 29,979, where 76,228, 22,343 and 32,857 were given: 6,678 + 1,958 + 2,878 go back.
    // Bridging: 4 × 1,300 = 5,200p: 3,016, 884 and 1,300. Hers is the same as before.
    assert_eq!(changed.adjusted.taken_back, Money::pence(11_514));
    assert_eq!(changed.adjusted.put_in, Money::pence(5_200));
    assert_eq!((changed.adjusted.left_in, changed.adjusted.contribution), (Money::ZERO, Money::ZERO));
    assert_eq!(part(&town, budget, AccountKind::Available), [64_535, 32_818, 18_915, 35_275, 0]);

    // 1 September: the quarter closes by itself. Unspent of the council's: 64,535 + 32,818 + 18,915 = 116,268p. Eight
    // weeks of £104 go on: 83,200p, in that proportion: 46,180.59, 23,484.15 and 13,535.26 → 46,181, 23,484 and 13,535.
    // 18,354 + 9,334 + 5,380 = 33,068p go back. What is hers, 35,275p, stays hers.
    // The second quarter has 91 days: 13 weeks of £104 = 135,200p, hers 13 × 3,000 = 39,000p, the council's 96,200p:
    //   55,796, 16,354 and 24,050.
    until(&town, "2026-09-01");
    assert_eq!(part(&town, budget, AccountKind::Available), [101_977, 47_534, 29_889, 74_275, 0]);
    assert_eq!(part(&town, budget, AccountKind::CarriedOver), [0; 5]);

    // October: her daughter adds £40, which is kept apart. A garden is to be made: 102 visits at £25 = £2,550. There is
    // £2,536.75 beside the top-up: all of that is promised, and 1,325p of the top-up, which is touched last.
    until(&town, "2026-10-05");
    moves(&town, budget, What::TopUp, 4_000).unwrap();
    let garden = delivered(&town, ("Garden tidy", "Olu"), 102, 20);
    // 20 visits are delivered and confirmed: £500 are owed. Of the 253,675p that are promised beside the top-up:
    //   50,000 × 101,977 / 253,675 = 20,100.03; 9,369.07; 5,891.20; 14,639.70 → the penny goes to hers.
    assert_eq!(part(&town, budget, AccountKind::Owed), [20_100, 9_369, 5_891, 14_640, 0]);
    assert_eq!(part(&town, budget, AccountKind::Committed), [81_877, 38_165, 23_998, 59_635, 1_325]);
    // She calls the rest off: 82 × £25 = £2,050 come back, the top-up first, and then everything that is promised.
    let called_off = town.api_of("Amira").post(&format!("/purchases/{garden}/cancellation"), &json!({}));
    assert!(called_off.status < 300, "{}", called_off.body);
    assert_eq!(part(&town, budget, AccountKind::Committed), [0; 5]);
    assert_eq!(part(&town, budget, AccountKind::Available), [81_877, 38_165, 23_998, 59_635, 4_000]);
    town.api_of("Olu").post(&format!("/provider/purchases/{garden}/invoices"), &Value::Null).expect(201);
    all_paid(&town);
    assert_eq!(part(&town, budget, AccountKind::Paid), [28_131, 12_830, 8_245, 18_794, 0]);

    // 1 December: of 81,877 + 38,165 + 23,998 = 144,040p again 83,200p go on: 47,293.44, 22,044.76 and 13,861.80 →
    //   47,293, 22,045 and 13,862. 34,584 + 16,120 + 10,136 = 60,840p go back.
    // The third quarter has 90 days. Counted from 1 August, its 122nd day, until its 212th:
    //   10,400 × 212 / 7 = 314,971.43 → 314,971, less 10,400 × 122 / 7 = 181,257.14 → 181,257: 133,714p;
    //   hers 90,857 − 52,286 = 38,571p; the council's 95,143p: 55,182.94, 16,174.31, 23,785.75 → 55,183, 16,174, 23,786.
    until(&town, "2026-12-01");
    assert_eq!(part(&town, budget, AccountKind::Available), [102_476, 45_831, 30_036, 98_206, 4_000]);

    // 1 March, and the fourth quarter; on 2 March the budget is uprated by 2.5 % from 6 April: £104 → £106.60.
    until(&town, "2027-03-02");
    let now = town.app.clock.now();
    let uprated = |from: &str, by| {
        let from = date(from);
        let raise = move |tx: &mut Conn| budgets::change::uprate(tx, (trafford(), budget), None, (from, by), now);
        town.app.db.write_now(raise)
    };
    assert!(matches!(uprated("2027-03-01", 250), Err(MoneyError::UpratingInThePast)));
    assert!(matches!(uprated("2027-04-06", 0), Err(MoneyError::Uprating)));
    // 56 days from 6 April at £106.60 are 8 weeks: 85,280p. At £104 the same days were, counted from 1 August:
    //   10,400 × 304 / 7 = 451,657.14 → 451,657, less 10,400 × 248 / 7 = 368,457.14 → 368,457: 83,200p. 2,080p more.
    assert_eq!(uprated("2027-04-06", 250).unwrap().adjusted.put_in, Money::pence(2_080));
    assert!(matches!(uprated("2027-03-02", 5_001), Err(MoneyError::Uprating)));
    // Of 102,476 + 45,831 + 30,036 = 178,343p 83,200p went on: 47,806.77, 21,381.04, 14,012.19 → 47,807, 21,381, 14,012.
    // Until 5 April 36 days: the council's 53,486 − 15,429 = 38,057p: 22,073, 6,470 and 9,514 (.06, .69 and .25).
    // From 6 April 85,280 − 24,000 = 61,280p: 35,542.40, 10,417.60 and 15,320 → 35,542, 10,418 and 15,320.
    assert_eq!(part(&town, budget, AccountKind::Available), [105_422, 46_215, 30_900, 137_635, 4_000]);

    // 1 June 2027: the year is over, and the budget was agreed for a year. All of the council's goes back; what is hers
    // stays, to be given back to her: her part, 137,635p (of which she still owes), and her daughter's £40.
    until(&town, "2027-06-01");
    assert_eq!(part(&town, budget, AccountKind::Available), [0, 0, 0, 137_635, 4_000]);
    moves(&town, budget, What::GiveBack(Source::TopUp), 4_000).unwrap();

    // What she was to pay over the year: 26,143 + 13,286 + 39,000 + 38,571 + 39,429 = 156,429p, of which £130 are paid.
    let all = town.app.db.read_now(|conn| budgets::store::balances(conn, trafford(), budget)).unwrap();
    assert_eq!(all.all_of(AccountKind::ContributionDue), Money::pence(-143_429));

    // What was told of it adds up: each period's own account, and all movements from the first day on.
    let (periods, ended) = town
        .app
        .db
        .read_now(|conn| {
            let periods = budgets::store::periods(conn, trafford(), budget)?;
            let ids: Vec<_> = periods.iter().map(|period| period.id).collect();
            Ok::<_, diesel::result::Error>((periods, budgets::store::period_balances(conn, &ids)?))
        })
        .unwrap();
    assert_eq!(periods.len(), 4);
    assert!(periods.iter().all(|period| period.closed_at.is_some()));
    let returned: i64 = ended.iter().map(|each| each.returned_pence.as_pence()).sum();
    assert_eq!(returned, 33_068 + 60_840 + 95_143 + 182_537);
    let span = (waymark::clock::beginning_of(date("2026-05-01")), waymark::clock::beginning_of(date("2027-07-01")));
    let legs = town.app.db.read_now(|conn| budgets::store::movements_between(conn, trafford(), budget, span)).unwrap();
    for kind in AccountKind::ALL {
        let moved: i64 = legs.iter().filter(|leg| leg.kind == *kind).map(|leg| leg.amount.as_pence()).sum();
        assert_eq!(moved, all.all_of(*kind).as_pence(), "{kind}");
    }
    assert_eq!(wrong(&town), [""; 0]);
}

#[test]
fn a_direct_payment_is_never_taken_back_by_a_close() {
    let town = Town::without_followers();
    let agreed = Agreed {
        period_length: PeriodLength::Month,
        holders: budgets::shares::Shares::all(Holder::of(FundingRoute::DirectPayment)),
        ..Agreed::weekly(PersonId::named("Noor"), Money::pounds(70), date("2026-06-01"))
    };
    let budget = gives(&town, &agreed).unwrap().budget;
    until(&town, "2026-07-01");
    // June 30 days: £300; July 31: £310. Nothing was spent, and everything goes on.
    assert_eq!(part(&town, budget, AccountKind::Available)[0], 30_000 + 31_000);
    // What is to be paid by 1 July, four weeks in advance: June whole, and 28 of July's 31 days.
    let due = |by: &str| {
        let by = date(by);
        let read = |conn: &mut Conn| budgets::due::due_to_holders(conn, trafford(), by, None, 1_000);
        let (due, _) = town.app.db.read_now(read).unwrap();
        due.into_iter().filter(|each| each.budget == budget).map(|each| each.amount.as_pence()).sum::<i64>()
    };
    assert_eq!(due("2026-06-01"), 28_000);
    assert_eq!(due("2026-06-28"), 28_000);
    assert_eq!(due("2026-06-29"), 30_000, "the last two days of June are due on the 29th");
    assert_eq!(due("2026-07-01"), 30_000 + 28_000);
    moves(&town, budget, What::HandOver(FundingRoute::DirectPayment), 58_000).unwrap();
    assert_eq!(due("2026-07-01"), 0);
    assert_eq!(part(&town, budget, AccountKind::Available)[0], 61_000, "buying is the same whoever holds it");
    assert_eq!(due("2026-07-29"), 3_000);
    assert!(moves(&town, budget, What::HandedBack(FundingRoute::DirectPayment), 58_001).is_err());
    moves(&town, budget, What::HandedBack(FundingRoute::DirectPayment), 58_000).unwrap();
    assert_eq!(due("2026-07-01"), 58_000);
}

#[test]
fn a_move_is_made_once_and_turned_back_by_another() {
    let town = Town::without_followers();
    let budget = town.budget_of("Amira");
    let now = town.app.clock.now();
    let asked = Move {
        what: What::OneOff(Source::SocialCare),
        amount: Money::pounds(50),
        note: "A chair".into(),
        key: SubmissionKey::new(),
    };
    let again = |asked: &Move| {
        let asked = asked.clone();
        town.app.db.write_now(move |tx: &mut Conn| move_money(tx, (trafford(), budget), None, &asked, now))
    };
    let first = again(&asked).unwrap();
    assert_eq!(again(&asked).unwrap().id, first.id);
    assert_eq!(town.money_of("Amira"), [17_000, 0, 0, 0]);
    let other = Move { amount: Money::pounds(51), ..asked.clone() };
    assert!(matches!(again(&other), Err(MoneyError::KeyUsedDifferently)));

    let back = || {
        let key = SubmissionKey::new();
        town.app.db.write_now(move |tx: &mut Conn| {
            budgets::reverse(tx, (trafford(), budget), None, (first.id, "Given twice", key), now)
        })
    };
    back().unwrap();
    assert_eq!(town.money_of("Amira"), [12_000, 0, 0, 0]);
    assert!(matches!(back(), Err(MoneyError::NotReversible)));
    // Between somebody's own two budgets, and to nobody else's.
    let to = What::ToBudget(town.budget_of("Noor"), Source::SocialCare);
    assert!(matches!(moves(&town, budget, to, 100), Err(MoneyError::OtherBudget)));
    assert!(moves(&town, budget, What::BetweenSources(Source::SocialCare, Source::TopUp), 1).is_err());
    moves(&town, budget, What::BetweenSources(Source::SocialCare, Source::Health), 2_000).unwrap();
    assert_eq!(part(&town, budget, AccountKind::Available), [10_000, 2_000, 0, 0, 0]);
    assert_eq!(wrong(&town), [""; 0]);
}

#[test]
fn what_makes_no_sense_is_refused_and_nothing_is_done() {
    let town = Town::without_followers();
    let good = Agreed::weekly(PersonId::named("Amira"), Money::pounds(100), date("2026-06-01"));
    let tries = [
        Agreed { rate: Money::ZERO, ..good.clone() },
        Agreed { rate: Money::pounds(1_000_001), ..good.clone() },
        Agreed { contribution: Money::pence(10_001), ..good.clone() },
        Agreed { ends_on: Some(date("2026-06-01")), ..good.clone() },
        Agreed { ends_on: Some(date("2040-06-01")), ..good.clone() },
        Agreed { starts_on: date("2020-06-01"), ..good.clone() },
        Agreed { bridging: Some(Bridging { weekly: Money::pounds(1), until: date("2026-06-01") }), ..good.clone() },
        Agreed { holders: budgets::shares::Shares::all(Holder::of(FundingRoute::Trust)), ..good.clone() },
        Agreed { holders: budgets::shares::Shares::all(Holder::of(FundingRoute::ServiceFund)), ..good.clone() },
    ];
    let before = town.counts();
    for agreed in &tries {
        assert!(gives(&town, agreed).is_err(), "{agreed:?}");
    }
    assert_eq!(town.counts(), before);
    let budget = gives(&town, &good).unwrap().budget;
    let from =
        |from: &str| Change { from: date(from), rate: Some((Money::pounds(90), RatePer::Week)), ..Change::default() };
    assert!(matches!(changes(&town, budget, &from("2026-05-31")), Err(MoneyError::OutsideTheBudget(..))));
    let same = Change { rate: None, ..from("2026-06-10") };
    assert!(matches!(changes(&town, budget, &same), Err(MoneyError::NothingChanges)));
    changes(&town, budget, &from("2026-06-10")).unwrap();
    until(&town, "2027-06-01");
    assert!(matches!(changes(&town, budget, &from("2026-06-12")), Err(MoneyError::PeriodClosed(_))));
}

#[test]
fn periods_never_overlap_whoever_writes_them() {
    use diesel::connection::SimpleConnection;
    let town = Town::without_followers();
    let budget = town.budget_of("Amira");
    let insert = |number: i32, from: &str, until: &str| {
        let id = waymark::ids::PeriodId::new();
        town.connect().batch_execute(&format!(
            "INSERT INTO budget_periods (id, authority_id, budget_id, number, starts_on, ends_on, funded_pence)
             VALUES ('{id}', '{}', '{budget}', {number}, '{from}', '{until}', 0)",
            trafford()
        ))
    };
    let why = insert(2, "2027-04-05", "2028-04-06").unwrap_err().to_string();
    assert!(why.contains("never overlap"), "{why}");
    insert(2, "2027-04-06", "2028-04-06").unwrap();
    let moved = town.connect().batch_execute("UPDATE budget_periods SET starts_on = '2027-04-01' WHERE number = 2");
    assert!(moved.unwrap_err().to_string().contains("keep their days"));
}

#[test]
fn the_day_changes_at_midnight_here_when_the_clocks_have_changed() {
    let town = Town::without_followers();
    let agreed = Agreed {
        period_length: PeriodLength::FourWeeks,
        ..Agreed::weekly(PersonId::named("Amira"), Money::pounds(70), date("2026-09-28"))
    };
    let budget = gives(&town, &agreed).unwrap().budget;
    // Four weeks until 25 October: the day that has 25 hours is the last, and it is paid as one day.
    let periods = || town.app.db.read_now(|conn| budgets::store::periods(conn, trafford(), budget)).unwrap();
    assert_eq!((periods()[0].ends_on, periods()[0].funded_pence), (date("2026-10-26"), Money::pounds(280)));
    let at = |text: &str| text.parse::<waymark::clock::UtcTime>().unwrap();
    let closes = |now: &str| {
        let (period, now) = (periods()[0].id, at(now));
        town.app.db.write_now(move |tx: &mut Conn| budgets::close::close(tx, (trafford(), budget), None, period, now))
    };
    // At 23:59 UTC on the 25th it is 23:59 here too, for the clocks went back in the morning.
    assert!(matches!(closes("2026-10-25T23:59:59"), Err(MoneyError::PeriodRuns(_))));
    let closed = closes("2026-10-26T00:00:00").unwrap();
    assert_eq!((closed.carried, closed.returned), (Money::pounds(280), Money::ZERO));
    assert!(matches!(closes("2026-10-26T00:00:00"), Err(MoneyError::ClosedAlready)));
    assert_eq!((periods()[1].starts_on, periods()[1].ends_on), (date("2026-10-26"), date("2026-11-23")));
}
