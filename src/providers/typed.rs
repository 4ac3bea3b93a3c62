//! Reads what people type into fields: tidies it, or says what to type instead.

use url::Url;

/// One line: trimmed, without control characters, at most so long.
pub fn line(text: &str, most: usize, what: &str) -> Result<String, String> {
    let tidy: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let tidy = tidy.split_whitespace().collect::<Vec<_>>().join(" ");
    within(tidy, most, what)
}

/// Several lines: trimmed, line ends alike, at most two in a row.
pub fn lines(text: &str, most: usize, what: &str) -> Result<String, String> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let tidy: String = text.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    let mut paragraphs: Vec<String> = Vec::new();
    let mut blank = false;
    for line in tidy.lines().map(str::trim_end) {
        if line.is_empty() && blank {
            continue;
        }
        blank = line.is_empty();
        paragraphs.push(line.to_owned());
    }
    within(paragraphs.join("\n").trim().to_owned(), most, what)
}

fn within(text: String, most: usize, what: &str) -> Result<String, String> {
    let letters = text.chars().count();
    if letters > most {
        return Err(format!("{what} has {letters} letters; {most} is the most."));
    }
    Ok(text)
}

/// An e-mail address, or nothing.
pub fn email(text: &str) -> Result<Option<String>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse::<lettre::Address>() {
        Ok(_) if text.len() <= 254 && text.contains('.') => Ok(Some(text.to_owned())),
        _ => Err("Enter an e-mail address, like name@example.org.".into()),
    }
}

/// A telephone number, or nothing.
pub fn phone(text: &str) -> Result<Option<String>, String> {
    let text = line(text, 30, "The telephone number")?;
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let fits = text.chars().all(|c| c.is_ascii_digit() || " +()-".contains(c)) && (7..=15).contains(&digits);
    match text.is_empty() {
        true => Ok(None),
        false if fits => Ok(Some(text)),
        false => Err("Enter a telephone number, like 0161 496 0000.".into()),
    }
}

/// A web address, or nothing; `https://` may be left out.
pub fn website(text: &str) -> Result<Option<String>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let refused = || "Enter a web address, like www.example.org.".to_owned();
    let url = Url::parse(&whole).map_err(|_not_an_address| refused())?;
    let fits = ["http", "https"].contains(&url.scheme())
        && url.host_str().is_some_and(|host| host.contains('.'))
        && url.username().is_empty()
        && url.password().is_none()
        && whole.len() <= 500;
    if fits { Ok(Some(url.to_string())) } else { Err(refused()) }
}

/// Pounds and pence: "18", "18.50", "£1,200".
pub fn pounds(text: &str) -> Result<i64, String> {
    let refused = || "Enter an amount in pounds and pence, like 18.50.".to_owned();
    let plain: String = text.trim().trim_start_matches('£').chars().filter(|c| *c != ',' && *c != ' ').collect();
    let (pounds, pence) = plain.split_once('.').unwrap_or((&plain, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if pounds.is_empty() || pounds.len() > 7 || pence.len() > 2 || !digits(pounds) || !digits(pence) {
        return Err(refused());
    }
    let pounds: i64 = pounds.parse().map_err(|_too_long| refused())?;
    let pence: i64 = format!("{pence:0<2}").parse().map_err(|_no_number| refused())?;
    Ok(pounds * 100 + pence)
}

/// The same amount as it was typed: "18.50".
#[must_use]
pub fn as_pounds(pence: i64) -> String {
    format!("{}.{:02}", pence / 100, pence % 100)
}

/// A whole number from nought to `most`, or nothing.
pub fn whole(text: &str, most: i32, what: &str) -> Result<Option<i32>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse::<i32>() {
        Ok(number) if (0..=most).contains(&number) => Ok(Some(number)),
        _ => Err(format!("{what} is a whole number from 0 to {most}.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_read_as_people_write_it() {
        assert_eq!(pounds("18"), Ok(1_800));
        assert_eq!(pounds(" £1,200.5 "), Ok(120_050));
        for wrong in ["", "-1", "1.234", "1e3", "abc", "99999999", "1.2.3", "٣"] {
            assert!(pounds(wrong).is_err(), "{wrong}");
        }
        assert_eq!(as_pounds(1_805), "18.05");
    }

    #[test]
    fn addresses_that_lead_elsewhere_are_refused() {
        assert_eq!(website("www.example.org"), Ok(Some("https://www.example.org/".into())));
        for wrong in
            ["javascript:alert(1)", "ftp://example.org", "https://me:secret@example.org", "localhost", "https://"]
        {
            assert!(website(wrong).is_err(), "{wrong}");
        }
        assert_eq!(email(""), Ok(None));
        assert!(email("two@at@example.org").is_err());
        assert_eq!(phone("+44 161 496 0000"), Ok(Some("+44 161 496 0000".into())));
        assert!(phone("call me").is_err());
    }

    #[test]
    fn text_is_tidied_and_measured() {
        assert_eq!(line("  a\u{0}b \n c ", 10, "It"), Ok("a b c".into()));
        assert_eq!(lines("a\r\n\r\n\r\n\r\nb  ", 10, "It"), Ok("a\n\nb".into()));
        assert!(lines(&"x".repeat(11), 10, "It").is_err());
    }
}
