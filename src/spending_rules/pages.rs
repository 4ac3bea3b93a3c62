//! The pages of rules: everybody reads them, an administrator sets and ends them.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app::App;
use crate::catalogue::Kind;
use crate::catalogue::card::tag;
use crate::clock::{day, long_date};
use crate::error::{AppError, FieldError};
use crate::identity::{Anyone, AuthorityAdministrator};
use crate::ids::{AuthorityId, SpendingRuleId};
use crate::places;
use crate::places::settings::{self, Setting};
use crate::web::form::{Ask, Form};
use crate::web::page::{Choice, Link, Page, html, html_with, see_other};

use super::rule::{LimitPer, Says, SpendingRule};
use super::set::{NewRule, end, set};
use super::store;
use super::views::{AuthoritiesPage, EndRulePage, NewRulePage, RuleGroup, RuleShown, RulesPage};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/rules", get().to(get_authorities))
        .route("/rules/{authority_id}", get().to(get_rules))
        .route("/authority/rules", get().to(get_own_rules))
        .route("/authority/rules/new", get().to(get_new_rule))
        .route("/authority/rules/new", post().to(post_new_rule))
        .route("/authority/rules/{rule_id}/end", get().to(get_end))
        .route("/authority/rules/{rule_id}/end", post().to(post_end));
}

/// `GET /rules`: whose rules can be read.
pub async fn get_authorities(_: Anyone, app: Data<App>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let all = app.db.read(|conn| Ok::<_, AppError>(store::authorities_with_rules(conn)?)).await?;
    let link = |(id, name): (AuthorityId, String)| Link { label: name, href: format!("/rules/{id}") };
    html(&AuthoritiesPage {
        page: Page::of(&request, "What a budget may be used for"),
        authorities: all.into_iter().map(link).collect(),
    })
}

/// What was just done.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Done {
    done: String,
}

/// `GET /rules/{authority_id}`: the rules of one authority, for everybody.
pub async fn get_rules(
    _: Anyone,
    id: Path<String>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let authority: AuthorityId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    rules_page(&app, Page::of(&request, ""), authority, false).await
}

/// `GET /authority/rules`: the same, for who sets them.
pub async fn get_own_rules(
    administrator: AuthorityAdministrator,
    Ask(done): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let notice = match done.done.as_str() {
        "set" => Some("The rule is set. Everybody can read it now."),
        "ended" => Some("The rule has its last day. It stays in the list, so that people can read what held."),
        _ => None,
    };
    rules_page(&app, Page::of(&request, "").with_notice(notice), administrator.authority(), true).await
}

async fn rules_page(app: &App, page: Page, authority: AuthorityId, edits: bool) -> Result<HttpResponse, AppError> {
    let today = day(app.clock.now());
    let (name, rules, (waiting, late, answered), within) = app
        .db
        .read(move |conn| {
            let found = places::store::authority(conn, authority)?.ok_or(AppError::NotFound)?;
            let rules = store::rules_of(conn, authority)?;
            let counts = store::counts(conn, authority, today)?;
            let within = settings::setting(conn, authority, Setting::AnswerChallengesWithinDays)?;
            Ok::<_, AppError>((found.name, rules, counts, within))
        })
        .await?;
    let show = |rule: &SpendingRule| RuleShown {
        end_href: (edits && rule.ends_on.is_none()).then(|| format!("/authority/rules/{}/end", rule.id)),
        ..shown(rule)
    };
    let group = |title: &str, id: &str, icon: &str, says: Says| RuleGroup {
        title: title.into(),
        id: id.into(),
        icon: icon.into(),
        rules: rules.iter().filter(|rule| rule.says == says && rule.holds_on(today)).map(show).collect(),
    };
    let people = |count: i64| if count == 1 { "1 person waits".to_owned() } else { format!("{count} people wait") };
    let challenges = match (waiting, late) {
        (0, _) if answered == 0 => "Nobody has challenged a rule yet.".into(),
        (0, _) => format!("Nobody waits for an answer. {answered} challenges were answered so far."),
        (waiting, 0) => format!("{} for an answer.", people(waiting)),
        (waiting, late) => format!("{} for an answer; {late} of them longer than promised.", people(waiting)),
    };
    let title = format!("What a budget of {name} may be used for");
    html(&RulesPage {
        page: Page { title, ..page },
        authority: name,
        groups: vec![
            group("Not allowed", "no", "close", Says::NotAllowed),
            group("One question first", "question", "help", Says::NeedsQuestion),
            group("Allowed", "yes", "check", Says::Allowed),
        ],
        none_hold: !rules.iter().any(|rule| rule.holds_on(today)),
        coming: rules.iter().filter(|rule| rule.from_on > today).map(show).collect(),
        ended: rules.iter().filter(|rule| rule.ends_on.is_some_and(|last| last < today)).map(show).collect(),
        challenges,
        late: late > 0,
        within: Setting::AnswerChallengesWithinDays.shown(within),
        edits,
    })
}

/// A rule as people read it.
#[must_use]
pub fn shown(rule: &SpendingRule) -> RuleShown {
    let until = rule.ends_on.map(|last| format!(", until {}", long_date(last))).unwrap_or_default();
    RuleShown {
        id: rule.id.to_string(),
        about: rule.about(),
        words: rule.words.clone(),
        says: tag(rule.says.as_str()),
        limit: rule.limit_words(),
        question: rule.question.clone(),
        ground: rule.ground.clone(),
        since: format!("Set by {} for {}, since {}{until}", rule.set_by, rule.authority_name, long_date(rule.from_on)),
        end_href: None,
    }
}

/// The form that sets a rule, as it was sent.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct NewRuleForm {
    category: String,
    kind: String,
    says: String,
    question: String,
    limit: String,
    limit_per: String,
    words: String,
    ground: String,
    from_on: String,
}

impl From<NewRuleForm> for NewRule {
    fn from(form: NewRuleForm) -> Self {
        let NewRuleForm { category, kind, says, question, limit, limit_per, words, ground, from_on } = form;
        Self { category, kind, says, question, limit, limit_per, words, ground, from_on }
    }
}

/// `GET /authority/rules/new`
pub async fn get_new_rule(
    administrator: AuthorityAdministrator,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let from_on = day(app.clock.now()).to_string();
    let typed = NewRuleForm { from_on, limit_per: LimitPer::Purchase.to_string(), ..NewRuleForm::default() };
    new_rule_page(&app, &request, StatusCode::OK, &administrator, &typed, Vec::new()).await
}

async fn new_rule_page(
    app: &App,
    request: &HttpRequest,
    status: StatusCode,
    administrator: &AuthorityAdministrator,
    typed: &NewRuleForm,
    errors: Vec<FieldError>,
) -> Result<HttpResponse, AppError> {
    let id = administrator.authority();
    let authority = app.db.read(move |conn| Ok::<_, AppError>(places::store::authority_name(conn, id)?)).await?;
    let choice = |value: &str, label: &str, chosen: &str| Choice {
        value: value.into(),
        label: label.into(),
        count: None,
        chosen: value == chosen,
    };
    let mut categories = vec![choice("", "All, or a kind below", &typed.category)];
    let terms = app.taxonomy.all("category");
    for top in terms.iter().filter(|term| term.parent_id.is_none()) {
        categories.push(choice(&top.id, &format!("{} (all of it)", top.name), &typed.category));
        for below in terms.iter().filter(|term| term.parent_id.as_deref() == Some(top.id.as_str())) {
            categories.push(choice(&below.id, &format!("\u{2014} {}", below.name), &typed.category));
        }
    }
    let mut kinds = vec![choice("", "Every kind", &typed.kind)];
    kinds.extend(Kind::ALL.iter().map(|kind| choice(kind.as_str(), kind.as_str(), &typed.kind)));
    let says = [
        (Says::Allowed, "It is allowed"),
        (Says::NeedsQuestion, "It needs one question first"),
        (Says::NotAllowed, "It is not allowed"),
    ];
    let pers =
        [(LimitPer::Purchase, "each purchase"), (LimitPer::Week, "a week"), (LimitPer::Budget, "the whole budget")];
    let page = NewRulePage {
        page: Page::of(request, "Set a rule"),
        authority,
        categories,
        kinds,
        says: says.iter().map(|(each, label)| choice(each.as_str(), label, &typed.says)).collect(),
        limit_pers: pers.iter().map(|(each, label)| choice(each.as_str(), label, &typed.limit_per)).collect(),
        question: typed.question.clone(),
        limit: typed.limit.clone(),
        words: typed.words.clone(),
        ground: typed.ground.clone(),
        from_on: typed.from_on.clone(),
        errors: errors.into(),
    };
    html_with(status, &page)
}

/// `POST /authority/rules/new`
pub async fn post_new_rule(
    administrator: AuthorityAdministrator,
    Form(form): Form<NewRuleForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let checked = match NewRule::from(form.clone()).checked(&app.taxonomy, day(now)) {
        Ok(checked) => checked,
        Err(AppError::Refused(refusal)) => {
            let status = refusal.status;
            return new_rule_page(&app, &request, status, &administrator, &form, refusal.fields).await;
        }
        Err(other) => return Err(other),
    };
    let authority = administrator.authority();
    app.db.write(move |tx| set(tx, &administrator, &checked, now)).await?;
    app.rules.forget(authority);
    Ok(see_other("/authority/rules?done=set"))
}

/// The form that ends a rule, as it was sent.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct EndForm {
    ends_on: String,
}

async fn end_page(
    app: &App,
    request: &HttpRequest,
    administrator: &AuthorityAdministrator,
    id: SpendingRuleId,
    typed: &str,
    errors: Vec<FieldError>,
) -> Result<EndRulePage, AppError> {
    let authority = administrator.authority();
    let rule = app.db.read(move |conn| Ok::<_, AppError>(store::rule(conn, id)?)).await?;
    let rule = rule.filter(|rule| rule.authority == authority).ok_or(AppError::NotFound)?;
    Ok(EndRulePage {
        page: Page::of(request, "End a rule"),
        rule: shown(&rule),
        action: format!("/authority/rules/{id}/end"),
        ends_on: typed.to_owned(),
        errors: errors.into(),
    })
}

/// `GET /authority/rules/{rule_id}/end`
pub async fn get_end(
    administrator: AuthorityAdministrator,
    id: Path<String>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id: SpendingRuleId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let today = day(app.clock.now()).to_string();
    html(&end_page(&app, &request, &administrator, id, &today, Vec::new()).await?)
}

/// `POST /authority/rules/{rule_id}/end`
pub async fn post_end(
    administrator: AuthorityAdministrator,
    id: Path<String>,
    Form(form): Form<EndForm>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let id: SpendingRuleId = id.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let (now, authority) = (app.clock.now(), administrator.authority());
    let fields = match form.ends_on.trim().parse() {
        Err(_no_day) => vec![FieldError::new("ends_on", "Enter a day, such as 31/3/2027.")],
        Ok(last) => {
            let asking = administrator.clone();
            match app.db.write(move |tx| end(tx, &asking, id, last, now)).await.map_err(AppError::from) {
                Ok(()) => {
                    app.rules.forget(authority);
                    return Ok(see_other("/authority/rules?done=ended"));
                }
                Err(AppError::Refused(refusal)) if !refusal.fields.is_empty() => refusal.fields,
                Err(other) => return Err(other),
            }
        }
    };
    let page = end_page(&app, &request, &administrator, id, &form.ends_on, fields).await?;
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}
