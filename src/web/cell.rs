//! Cells of tables that people open with a spreadsheet.

/// A cell that no spreadsheet runs as a formula. A number below nought stays one.
#[must_use]
pub fn harmless(text: &str) -> String {
    let is_formula =
        text.starts_with(['=', '+', '@', '\t', '\r']) || (text.starts_with('-') && text.parse::<f64>().is_err());
    if is_formula { format!("'{text}") } else { text.to_owned() }
}

/// The same cell as it was before [`harmless`].
#[must_use]
pub fn as_meant(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@', '\t', '\r'])).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_amounts_stay_numbers() {
        for (text, cell) in [
            ("=1+1", "'=1+1"),
            ("+44 161 496 0000", "'+44 161 496 0000"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"),
            ("\t=1", "'\t=1"),
            ("-800", "-800"),
            ("-18.50", "-18.50"),
            ("Soup", "Soup"),
        ] {
            assert_eq!(harmless(text), cell);
            assert_eq!(as_meant(cell), text);
        }
    }
}
