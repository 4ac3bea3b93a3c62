//! A commissioner looks at what people want, and finds nobody in it.

use chrono::TimeDelta;

use crate::support::{ASHTON, BOWDON, Town};

#[test]
fn figures_about_many_are_shown_and_figures_about_few_are_withheld() {
    let town = Town::open();
    town.lunches(ASHTON, 40);
    town.lunches(BOWDON, 3);
    town.holds_together();

    let early = town.person("Carol").open("/demand?measure=people&months=1&to=2026-05").expect_status(200);
    assert!(early.all(".remark").join(" ").contains("over"), "a month that still runs is not shown: {}", early.main());
    town.pass(TimeDelta::days(31));
    let carol = town.person("Carol");
    let page = carol.open("/demand?measure=people&months=1&to=2026-05").expect_status(200);

    let row = |name: &str| {
        let rows = page.all("table.heat tbody tr");
        rows.into_iter().find(|row| row.starts_with(name)).unwrap_or_else(|| panic!("no row {name}: {}", page.main()))
    };
    let number = |text: &str| text.split_whitespace().filter_map(|word| word.parse::<i64>().ok()).max();
    let shown = number(&row("Ashton upon Mersey")).unwrap_or_else(|| panic!("withheld: {}", row("Ashton upon Mersey")));
    assert!((25..=55).contains(&shown), "about 40, protected: {shown}");
    assert_eq!(number(&row("Bowdon")), None, "three people can be found: {}", row("Bowdon"));
    let words = page.main();
    assert!(!words.contains("Example") && words.contains("Nobody can be found in these figures"));

    let csv = carol.open(&page.link("Download as CSV"));
    assert_eq!(csv.answer.header("content-type"), Some("text/csv; charset=utf-8"));
    let lines = csv.answer.text();
    let bowdon = lines.lines().find(|line| line.starts_with("Bowdon")).unwrap();
    assert!(bowdon.contains("suppressed") && !bowdon.contains(",3,"), "{bowdon}");
    let ashton = lines.lines().find(|line| line.starts_with("Ashton")).unwrap();
    assert!(ashton.contains(&format!(",{shown}")), "the same figure on the page and in the file: {ashton}");

    let told = town.api_of("Carol").get("/demand?measure=people&months=1&to=2026-05").expect(200);
    let rows = told["rows"].as_array().unwrap();
    let figures = |name: &str| {
        let row = rows.iter().find(|row| row["name"] == name).unwrap();
        format!("{} {}", row["figures"], row["total"])
    };
    assert!(figures("Ashton upon Mersey").contains(&shown.to_string()), "and over the API");
    assert!(figures("Bowdon").chars().all(|letter| !letter.is_ascii_digit()), "{}", figures("Bowdon"));
    assert_eq!(
        town.api_of("Carol").get("/demand?measure=people&months=1&to=2026-05").body,
        told,
        "asking again draws no other noise"
    );
}

#[test]
fn questions_that_cannot_be_answered_are_said_so() {
    let town = Town::open();
    let carol = town.api_of("Carol");
    for query in ["measure=names", "months=7", "months=-1", "to=yesterday", "to=2026-05", "ward=W1", "category=none"] {
        carol.get(&format!("/demand?{query}")).refused(422, "invalid-input");
        let page = town.person("Carol").open(&format!("/demand?{query}")).expect_status(200);
        assert!(!page.all(".remark--warn").is_empty(), "{query}");
    }
}
