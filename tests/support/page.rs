//! A page as somebody sees it, and the forms on it as a browser without scripts sends them.

use scraper::{ElementRef, Html, Selector};

use super::person::{Answer, Person, encoded};

/// A page that was opened.
pub struct Seen {
    person: Person,
    /// Its address.
    pub path: String,
    /// What came.
    pub answer: Answer,
}

fn select(selector: &str) -> Selector {
    Selector::parse(selector).unwrap()
}

/// Words without their layout.
fn words(element: ElementRef<'_>) -> String {
    element
        .text()
        .collect::<Vec<_>>()
        .join(" ")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace(" .", ".")
        .replace(" ,", ",")
        .replace(" :", ":")
}

impl Seen {
    pub(super) fn new(person: Person, path: String, answer: Answer) -> Self {
        Self { person, path, answer }
    }

    /// A page that somebody got by another way than opening it.
    pub fn of(person: &Person, path: &str, answer: Answer) -> Self {
        Self::new(person.clone(), path.to_owned(), answer)
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.answer.status
    }

    /// The page, parsed.
    pub fn html(&self) -> Html {
        Html::parse_document(&self.answer.text())
    }

    /// The words of every element that the selector finds.
    pub fn all(&self, selector: &str) -> Vec<String> {
        self.html().select(&select(selector)).map(words).collect()
    }

    /// The words of the first.
    pub fn one(&self, selector: &str) -> String {
        self.all(selector)
            .into_iter()
            .next()
            .unwrap_or_else(|| panic!("no {selector} on {}: {}", self.path, self.main()))
    }

    /// The heading.
    pub fn heading(&self) -> String {
        self.one("h1")
    }

    /// All words of the page's main part.
    pub fn main(&self) -> String {
        self.all("main").join(" ")
    }

    /// Whether the page says this.
    pub fn says(&self, text: &str) -> bool {
        self.main().contains(text)
    }

    /// Fails unless the page says this.
    #[track_caller]
    pub fn expect(self, text: &str) -> Self {
        assert!(self.says(text), "{} ({}) does not say {text:?}:\n{}", self.path, self.status(), self.main());
        self
    }

    /// Fails unless the status is this.
    #[track_caller]
    pub fn expect_status(self, status: u16) -> Self {
        assert_eq!(self.status(), status, "{}: {}", self.path, self.main());
        self
    }

    /// The problems that the summary at the top lists.
    pub fn problems(&self) -> Vec<String> {
        self.all(".govuk-error-summary__list li")
    }

    /// The value of the first hidden field of this name.
    pub fn hidden(&self, name: &str) -> String {
        let html = self.html();
        let field = html.select(&select(&format!("input[type=hidden][name={name}]"))).next();
        field
            .and_then(|field| field.attr("value"))
            .unwrap_or_else(|| panic!("no hidden {name} on {}", self.path))
            .to_owned()
    }

    /// The address of the first link whose words begin so.
    pub fn link(&self, label: &str) -> String {
        let html = self.html();
        let found = html.select(&select("a[href]")).find(|link| words(*link).starts_with(label));
        found
            .and_then(|link| link.attr("href"))
            .unwrap_or_else(|| panic!("no link {label:?} on {}: {}", self.path, self.main()))
            .to_owned()
    }

    /// Follows the first link whose words begin so.
    pub fn go(&self, label: &str) -> Self {
        self.person.open(&self.link(label))
    }

    /// Whether there is such a button.
    pub fn has_button(&self, label: &str) -> bool {
        self.html().select(&select("button")).any(|button| words(button).starts_with(label))
    }

    /// The form behind a button, filled in: where it goes and what it sends.
    #[track_caller]
    pub fn filled(&self, label: &str, fields: &[(&str, &str)]) -> (String, String, Vec<(String, String)>) {
        let html = self.html();
        let button = html
            .select(&select("button"))
            .find(|button| words(*button).starts_with(label))
            .unwrap_or_else(|| panic!("no button {label:?} on {} ({}): {}", self.path, self.status(), self.main()));
        let form = match button.attr("form") {
            Some(id) => html.select(&select(&format!("#{id}"))).next(),
            None => button.ancestors().filter_map(ElementRef::wrap).find(|element| element.value().name() == "form"),
        };
        let form = form.unwrap_or_else(|| panic!("the button {label:?} on {} belongs to no form", self.path));
        let mut sent = as_it_stands(form);
        let names: Vec<String> = form
            .select(&select("input, textarea, select"))
            .filter_map(|field| field.attr("name"))
            .map(str::to_owned)
            .collect();
        for (name, value) in fields {
            assert!(names.iter().any(|each| each == name), "the form behind {label:?} on {} has no {name}", self.path);
            sent.retain(|(each, _)| each != name);
            sent.push(((*name).to_owned(), (*value).to_owned()));
        }
        if let Some(name) = button.attr("name") {
            sent.push((name.to_owned(), button.attr("value").unwrap_or("").to_owned()));
        }
        let method = form.attr("method").unwrap_or("get").to_ascii_lowercase();
        (method, form.attr("action").unwrap_or(&self.path).to_owned(), sent)
    }

    /// Fills in a form and presses its button.
    #[track_caller]
    pub fn press(&self, label: &str, fields: &[(&str, &str)]) -> Self {
        let (method, action, sent) = self.filled(label, fields);
        let sent: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        match method.as_str() {
            "post" => self.person.post(&action, &sent),
            // The part after # stays in the browser.
            _ => self.person.open(&format!("{}?{}", action.split('#').next().unwrap(), encoded(&sent))),
        }
    }
}

/// What the form would send if nobody touched it.
fn as_it_stands(form: ElementRef<'_>) -> Vec<(String, String)> {
    let mut sent = Vec::new();
    for field in form.select(&select("input[name], textarea[name], select[name]")) {
        let name = field.attr("name").unwrap_or_default().to_owned();
        let value = match (field.value().name(), field.attr("type").unwrap_or("text")) {
            ("textarea", _) => field.text().collect(),
            ("select", _) => {
                let chosen = field.select(&select("option[selected]")).next();
                let chosen = chosen.or_else(|| field.select(&select("option")).next());
                chosen.and_then(|option| option.attr("value")).unwrap_or_default().to_owned()
            }
            (_, "radio" | "checkbox") if field.attr("checked").is_none() => continue,
            (_, "submit") => continue,
            _ => field.attr("value").unwrap_or_default().to_owned(),
        };
        sent.push((name, value));
    }
    sent
}
