//! The shape of a postcode: what is outward code, sector and unit in the letters that somebody typed.

/// A postcode, or the beginning of one, taken apart. Whether it exists is for the gazetteer to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// "M33"
    pub(super) outward: String,
    /// "M33 7", if that much was given.
    pub(super) sector: Option<String>,
    /// "M33 7XB", if it is whole.
    pub(super) unit: Option<String>,
}

impl Shape {
    /// Reads "M33 7XB", "m337xb", "M33 7" or "M33"; anything of another shape is none.
    pub(super) fn of(text: &str) -> Option<Self> {
        if text.len() > 12 || !text.is_ascii() {
            return None;
        }
        let typed = text.trim().to_ascii_uppercase();
        let letters: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        if !letters.chars().all(|c| c.is_ascii_alphanumeric()) {
            return None;
        }
        let parts: Vec<&str> = typed.split_whitespace().collect();
        match parts.as_slice() {
            [one] => Self::whole(one).or_else(|| Self::parts(one, "")),
            [outward, inward] => Self::parts(outward, inward),
            _ => Self::whole(&letters),
        }
    }

    /// Splits a whole postcode that was written in one.
    fn whole(letters: &str) -> Option<Self> {
        let cut = letters.len().checked_sub(3)?;
        let (outward, inward) = letters.split_at_checked(cut)?;
        Self::parts(outward, inward)
    }

    fn parts(outward: &str, inward: &str) -> Option<Self> {
        if !is_outward(outward) {
            return None;
        }
        let shape = Self { outward: outward.to_owned(), sector: None, unit: None };
        match inward.as_bytes() {
            [] => Some(shape),
            [digit] if digit.is_ascii_digit() => Some(Self { sector: Some(format!("{outward} {inward}")), ..shape }),
            [digit, a, b] if digit.is_ascii_digit() && a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                Some(Self {
                    sector: Some(format!("{outward} {}", char::from(*digit))),
                    unit: Some(format!("{outward} {inward}")),
                    ..shape
                })
            }
            _ => None,
        }
    }
}

/// One or two letters, a digit, and perhaps one more digit or letter: "M1", "SK10", "EC1A".
fn is_outward(text: &str) -> bool {
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    match text.as_bytes().get(letters..) {
        Some([digit]) => (1..=2).contains(&letters) && digit.is_ascii_digit(),
        Some([digit, more]) => (1..=2).contains(&letters) && digit.is_ascii_digit() && more.is_ascii_alphanumeric(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_one_postcode_is_the_same() {
        for text in ["M33 7XB", "m337xb", " m33  7xb ", "M33 7xB"] {
            let shape = Shape::of(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(shape.unit.as_deref(), Some("M33 7XB"));
            assert_eq!(shape.sector.as_deref(), Some("M33 7"));
            assert_eq!(shape.outward, "M33");
        }
    }

    #[test]
    fn a_beginning_is_enough() {
        assert_eq!(Shape::of("M33 7").and_then(|s| s.sector).as_deref(), Some("M33 7"));
        assert_eq!(Shape::of("sk10").map(|s| (s.outward, s.sector)), Some(("SK10".into(), None)));
    }

    #[test]
    fn what_is_no_postcode_is_none() {
        for text in ["", "Sale", "M", "33", "M33 7X", "M33-7XB", "🏠", "MMM1 1AA", "1AA"] {
            assert_eq!(Shape::of(text), None, "{text}");
        }
    }
}
