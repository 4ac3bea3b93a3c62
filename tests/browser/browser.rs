//! Chromium, driven as somebody would use it, and looked at with axe-core.

use std::time::Duration;

use actix_web::rt::Runtime;
use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::support::{PASSWORD, Town, email};

const AXE: &str = include_str!("axe.min.js");

/// Asks axe for everything that WCAG 2.2 AA has a rule for.
const LOOK: &str = "
    const done = arguments[arguments.length - 1];
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] }).then(
        found => done(found.violations.map(rule => rule.id + ': ' + rule.help + '\\n' + rule.nodes.map(
            node => '      ' + node.target.join(' ') + '  ' + node.failureSummary.replace(/\\s+/g, ' ')).join('\\n'))),
        cause => done(['axe failed: ' + cause]));";

/// What sticks out to the right of the window.
const WIDER: &str = "
    const wide = document.documentElement.scrollWidth, shown = document.documentElement.clientWidth;
    if (wide <= shown) return [];
    const out = [...document.querySelectorAll('body *')].filter(e => {
        const words = document.createRange();
        words.selectNodeContents(e);
        return Math.max(e.getBoundingClientRect().right, words.getBoundingClientRect().right) > shown + 1;
    });
    return ['wider than the window: ' + wide + ' > ' + shown + ': '
        + out.slice(-5).map(e => e.tagName + '.' + e.className + ' ' + e.textContent.trim().slice(0, 60)).join(', ')];";

/// Where the driver listens; none says so, and fails where a browser was asked for.
#[allow(clippy::disallowed_methods, reason = "tests read their settings here")]
pub(crate) fn driver() -> Option<String> {
    let set = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    let driver = set("WEBDRIVER_URL");
    if driver.is_none() {
        assert!(set("WAYMARK_BROWSER_REQUIRED").is_none(), "there is no browser: WEBDRIVER_URL is not set");
        eprintln!("not run: WEBDRIVER_URL does not say where a chromedriver listens");
    }
    driver
}

/// One browser window, and what was found wrong on its pages.
pub(crate) struct Browser {
    runtime: Runtime,
    client: Client,
    base: String,
    wide: u32,
    scripts: bool,
    wrong: Vec<String>,
}

impl Browser {
    /// Opens a window of this width.
    pub(crate) fn open(driver: &str, town: &Town, wide: u32, scripts: bool) -> Self {
        let mut options = json!({
            "args": [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
                "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
                "--lang=en-GB", "--hide-scrollbars", format!("--window-size={},900", wide.max(500)),
            ],
            "mobileEmulation": {
                "deviceMetrics": { "width": wide, "height": 900, "pixelRatio": 1.0, "mobile": false, "touch": false },
            },
        });
        if !scripts {
            options["prefs"] = json!({ "profile.managed_default_content_settings.javascript": 2 });
        }
        let Value::Object(capabilities) = json!({ "browserName": "chrome", "goog:chromeOptions": options }) else {
            unreachable!("an object was written down")
        };
        let runtime = Runtime::new().unwrap();
        let connecting = runtime.block_on(async {
            ClientBuilder::new(HttpConnector::new()).capabilities(capabilities).connect(driver).await
        });
        let client = connecting.unwrap_or_else(|cause| panic!("the browser does not start: {cause}"));
        Self { runtime, client, base: town.base.clone(), wide, scripts, wrong: Vec::new() }
    }

    fn on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// Opens a page and looks at it.
    pub(crate) fn goes_to(&mut self, path: &str) {
        self.on(self.client.goto(&format!("{}{path}", self.base))).unwrap();
        self.looks();
    }

    /// Presses the first button or link whose words begin so, and looks at the page that comes.
    pub(crate) fn presses(&mut self, label: &str) {
        let starts = format!("starts-with(normalize-space(.), \"{label}\")");
        let path = format!("(//main//button[{starts}] | //main//a[{starts}] | //header//button[{starts}])[1]");
        let there = self.find(Locator::XPath(&path), label);
        self.scrolls_to(&there);
        self.on(there.click()).unwrap_or_else(|cause| panic!("{label}: {cause}"));
        self.looks();
    }

    /// Presses the same, where that leads through pages that go on by themselves.
    pub(crate) fn presses_on(&mut self, label: &str) {
        let path = format!("(//main//button[starts-with(normalize-space(.), \"{label}\")])[1]");
        let there = self.find(Locator::XPath(&path), label);
        self.scrolls_to(&there);
        self.on(there.click()).unwrap_or_else(|cause| panic!("{label}: {cause}"));
    }

    /// The words of the first element that this selector finds.
    pub(crate) fn words_of(&self, selector: &str) -> String {
        let there = self.find(Locator::Css(selector), selector);
        self.on(there.text()).unwrap()
    }

    /// Opens what is folded together.
    pub(crate) fn unfolds(&mut self, label: &str) {
        let path = format!("//main//summary[starts-with(normalize-space(.), \"{label}\")]");
        let there = self.find(Locator::XPath(&path), label);
        self.scrolls_to(&there);
        self.on(there.click()).unwrap();
    }

    /// Types into a field, in place of what stands there.
    pub(crate) fn types(&mut self, id: &str, text: &str) {
        let field = self.find(Locator::Id(id), id);
        self.on(field.clear()).unwrap();
        self.on(field.send_keys(text)).unwrap();
    }

    /// Presses keys in a field, after what stands there.
    pub(crate) fn keys(&mut self, id: &str, keys: &str) {
        let field = self.find(Locator::Id(id), id);
        self.on(field.send_keys(keys)).unwrap();
    }

    /// Waits until there is such an element; gives an attribute of it.
    pub(crate) fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        let there = self.find(Locator::Css(selector), selector);
        self.on(there.attr(name)).unwrap()
    }

    /// Chooses whatever this selector finds.
    pub(crate) fn chooses(&mut self, selector: &str) {
        let there = self.find(Locator::Css(selector), selector);
        self.scrolls_to(&there);
        self.on(there.click()).unwrap();
    }

    /// Pages scroll smoothly, and the driver does not wait for that.
    fn scrolls_to(&self, element: &Element) {
        let script = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })";
        let element = serde_json::to_value(element).unwrap();
        self.on(self.client.execute(script, vec![element])).unwrap();
    }

    fn find(&self, what: Locator<'_>, label: &str) -> Element {
        let found = self.on(self.client.wait().at_most(Duration::from_secs(5)).for_element(what));
        match found {
            Ok(element) => element,
            Err(cause) => panic!("no {label:?} on {}: {cause}\n{}", self.path(), self.words()),
        }
    }

    /// The address of the page.
    pub(crate) fn path(&self) -> String {
        let url = self.on(self.client.current_url()).unwrap();
        url.path().to_owned()
    }

    /// The words of the page.
    pub(crate) fn words(&self) -> String {
        let main = self.on(self.client.find(Locator::Css("main"))).unwrap();
        self.on(main.text()).unwrap()
    }

    /// Waits until the page says this; fails when it does not.
    pub(crate) fn reads(&self, text: &str) {
        let path = format!("//main//*[contains(normalize-space(.), \"{text}\")]");
        self.find(Locator::XPath(&path), text);
    }

    /// Signs in.
    pub(crate) fn signs_in(&mut self, name: &str) {
        self.goes_to("/sign-in");
        self.types("email", &email(name));
        self.types("password", PASSWORD);
        self.presses("Sign in");
        self.find(Locator::Css(".who"), "the name of whoever is signed in");
    }

    /// Looks at the page as it stands: accessible, and nothing sticks out.
    pub(crate) fn looks(&mut self) {
        self.find(Locator::Css("main h1"), "heading");
        if !self.scripts {
            return;
        }
        let inner = self.on(self.client.execute("return window.innerWidth", Vec::new())).unwrap();
        assert_eq!(inner, self.wide, "the window has another width");
        self.on(self.client.execute(AXE, Vec::new())).unwrap();
        let found = self.on(self.client.execute_async(LOOK, Vec::new())).unwrap();
        let wider = self.on(self.client.execute(WIDER, Vec::new())).unwrap();
        let place = self.on(self.client.current_url()).unwrap();
        for each in [found, wider].iter().flat_map(|list| list.as_array().into_iter().flatten()) {
            let told = format!("{} at {} px: {}", place.path(), self.wide, each.as_str().unwrap_or_default());
            if !self.wrong.contains(&told) {
                self.wrong.push(told);
            }
        }
    }

    /// Closes the window; fails if anything was wrong on any page.
    pub(crate) fn closes(self) {
        self.runtime.block_on(self.client.close()).unwrap();
        assert!(self.wrong.is_empty(), "{} things are wrong:\n{}", self.wrong.len(), self.wrong.join("\n"));
    }
}
