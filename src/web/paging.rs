//! Numbered pages of long lists.

use super::page::{PageNumber, Pagination};

/// The most pages that can be asked for.
pub const LAST_PAGE: u32 = 10_000;

/// A page number as it was typed: 1 for anything that is none.
#[must_use]
pub fn number(typed: Option<&str>) -> u32 {
    typed.and_then(|text| text.trim().parse().ok()).unwrap_or(1).clamp(1, LAST_PAGE)
}

/// The steps through `total` rows, with `href` making the address of a page.
#[must_use]
pub fn pagination(total: u64, page: u32, per_page: u32, href: impl Fn(u32) -> String) -> Pagination {
    let last = u32::try_from(total.div_ceil(u64::from(per_page.max(1)))).unwrap_or(LAST_PAGE).clamp(1, LAST_PAGE);
    if last == 1 && page == 1 {
        return Pagination::default();
    }
    let mut pages = Vec::new();
    let mut before = 0;
    for number in (1..=last).filter(|n| *n == 1 || *n == last || n.abs_diff(page) <= 1) {
        if number > before + 1 {
            pages.push(PageNumber::default());
        }
        pages.push(PageNumber { number: number.to_string(), href: href(number), current: number == page });
        before = number;
    }
    Pagination {
        previous: (page > 1).then(|| href((page - 1).min(last))),
        next: (page < last).then(|| href(page + 1)),
        pages,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_the_last_and_the_neighbours_are_shown() {
        let steps = pagination(400, 10, 20, |page| format!("?page={page}"));
        let shown: Vec<&str> = steps.pages.iter().map(|page| page.number.as_str()).collect();
        assert_eq!(shown, ["1", "", "9", "10", "11", "", "20"]);
        assert_eq!(steps.next.as_deref(), Some("?page=11"));
        assert!(pagination(12, 1, 20, |_| String::new()).pages.is_empty());
    }

    #[test]
    fn what_is_no_number_is_the_first_page() {
        assert_eq!(number(Some("-3")), 1);
        assert_eq!(number(Some("99999999999999")), 1);
        assert_eq!(number(None), 1);
    }
}
