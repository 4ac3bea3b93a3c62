//! The way in: whose support somebody looks after, and where each stands among the seven steps.

use actix_web::web::{Data, ServiceConfig, get};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::allocation;
use crate::app::App;
use crate::catalogue::card::tag;
use crate::clock::{day, long_date};
use crate::db::Conn;
use crate::error::AppError;
use crate::identity::{PlanReader, SignedIn};
use crate::ids::ServiceId;
use crate::web::form::Ask;
use crate::web::page::{Link, Page, html, see_other};
use crate::{budgets, helping};

use super::plan::{PlanState, SupportPlan};
use super::review::ReviewState;
use super::review_store::{self, Review};
use super::store::{self, Agreed};
use super::views::{OverviewPage, PeoplePage, StepShown};

/// The routes of these pages.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/support", get().to(get_support))
        .route("/support/add", get().to(get_add))
        .route("/support/{person_id}", get().to(get_overview));
}

/// `GET /support`: one's own steps, or a choice where somebody also helps others.
pub async fn get_support(who: SignedIn, app: Data<App>, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let asked = who.clone();
    let (own, helped) = app
        .db
        .read(move |conn| {
            let own = PlanReader::find(conn, &asked, asked.person())?.is_some();
            Ok::<_, AppError>((own, helping::store::people_helped(conn, &asked)?))
        })
        .await?;
    if own && helped.is_empty() {
        return Ok(see_other(&format!("/support/{}", who.person())));
    }
    let link = |helped: &helping::store::Helped| Link {
        label: helped.name.clone(),
        href: format!("/support/{}", helped.person),
    };
    html(&PeoplePage {
        page: Page::of(&request, "Plans"),
        own: own.then(|| format!("/support/{}", who.person())),
        people: helped.iter().map(link).collect(),
    })
}

/// Which service.
#[derive(Deserialize)]
pub struct ToAdd {
    #[serde(default)]
    service: String,
}

/// `GET /support/add?service=…`: from a service's page to a line of one's own plan.
pub async fn get_add(who: SignedIn, Ask(asked): Ask<ToAdd>, app: Data<App>) -> Result<HttpResponse, AppError> {
    let service: ServiceId = asked.service.parse().map_err(|_not_an_id| AppError::NotFound)?;
    let person = who.person();
    let has_plan = app
        .db
        .read(move |conn| match PlanReader::find(conn, &who, who.person())? {
            Some(reader) => Ok::<_, AppError>(store::plan_of(conn, &reader)?.is_some()),
            None => Ok(false),
        })
        .await?;
    let base = format!("/support/{person}/plan");
    Ok(see_other(&if has_plan { format!("{base}/lines/new?service={service}") } else { base }))
}

/// What was just done.
#[derive(Deserialize)]
pub struct Done {
    done: Option<String>,
}

struct Standing {
    authority: String,
    open: bool,
    finished: Option<allocation::Assessment>,
    plan: Option<SupportPlan>,
    agreed: Option<Agreed>,
    reviews: Vec<(Review, Option<String>)>,
    budgets: usize,
}

fn standing(conn: &mut Conn, reader: &PlanReader) -> Result<Standing, AppError> {
    let plan = store::plan_of(conn, reader)?;
    Ok(Standing {
        authority: allocation::pages::council_of(conn, reader)?,
        open: allocation::store::open_one(conn, reader)?.is_some(),
        finished: allocation::store::newest_finished(conn, reader)?,
        agreed: store::agreed_budgets_of(conn, reader)?.into_iter().next(),
        reviews: review_store::reviews_of(conn, reader)?,
        budgets: budgets::store::budgets_of(conn, reader.who())?
            .iter()
            .filter(|budget| budget.person_id == reader.person())
            .count(),
        plan,
    })
}

/// `GET /support/{person_id}`: the seven steps.
pub async fn get_overview(
    reader: PlanReader,
    Ask(done): Ask<Done>,
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let now = app.clock.now();
    let asked = reader.clone();
    let standing = app.db.read(move |conn| standing(conn, &asked)).await?;
    let notice = match done.done.as_deref() {
        Some("kept") => Some("What you have answered is kept. Go on whenever you like."),
        Some("signed") => Some("Both have signed. The budget is open."),
        Some("declined") => {
            Some("Your care manager sees what you have written. The plan is open again, for both of you.")
        }
        Some("agreed") => Some("You have agreed the plan for the council. Now it is for the person to sign."),
        Some("back") => Some("The plan is with the person again, with what you have written."),
        _ => None,
    };
    let base = format!("/support/{}", reader.person());
    let heading = match reader.acting_for() {
        Some(name) => format!("Support of {name}"),
        None => "My support, step by step".into(),
    };
    html(&OverviewPage {
        page: Page::of(&request, heading).with_notice(notice),
        person: reader.acting_for().map(str::to_owned),
        authority: standing.authority.clone(),
        steps: steps(&standing, &reader, &base, day(now)),
        may_invite: reader.acting_for().is_none(),
    })
}

fn step(number: usize, title: &str, about: String, word: &str, links: &[(&str, String)]) -> StepShown {
    StepShown {
        number,
        title: title.into(),
        about,
        tag: tag(word),
        links: links.iter().map(|(label, href)| Link { label: (*label).into(), href: href.clone() }).collect(),
        is_current: false,
    }
}

fn steps(standing: &Standing, reader: &PlanReader, base: &str, today: chrono::NaiveDate) -> Vec<StepShown> {
    let mut steps = vec![
        first(standing, base),
        second(standing, base),
        third(standing, reader, base),
        step(
            4,
            "Decide how the money is held",
            match standing.budgets {
                0 => "When the plan is agreed you choose: paid to you, to somebody you trust, held by a provider, or kept by the \
                      council. The choice changes nothing about what you can buy."
                    .into(),
                1 => "The budget is open. It can be held another way from a day on.".into(),
                many => format!("{many} budgets are open. Each can be held another way from a day on."),
            },
            if standing.budgets > 0 { "done" } else { "later" },
            &if standing.budgets > 0 { vec![("Look at the money", "/budgets".to_owned())] } else { Vec::new() },
        ),
        step(
            5,
            "Organise the support",
            "Find what you have planned, ask for it, and take somebody on.".into(),
            if standing.budgets > 0 { "open" } else { "later" },
            &[("Find support", "/search".to_owned())],
        ),
        step(
            6,
            "Live life",
            "Use the support as it suits you, move money between the lines of your plan, and change what does not work.".into(),
            if standing.budgets > 0 { "open" } else { "later" },
            &[],
        ),
        seventh(standing, base, today),
    ];
    let current = match &standing.plan {
        _ if standing.finished.is_none() && standing.plan.is_none() => 0,
        None => 1,
        Some(plan) => match plan.state {
            PlanState::Writing | PlanState::SentBack => 1,
            PlanState::WithCouncil | PlanState::ToSign => 2,
            PlanState::Agreed => {
                let due = standing
                    .reviews
                    .iter()
                    .any(|(review, _)| review.state == ReviewState::Due && review.due_on <= today);
                if due { 6 } else { 5 }
            }
        },
    };
    if let Some(step) = steps.get_mut(current) {
        step.is_current = true;
    }
    steps
}

fn first(standing: &Standing, base: &str) -> StepShown {
    let title = "See what money there would be";
    let begin = format!("{base}/assessment");
    match &standing.finished {
        Some(finished) => {
            let weekly = finished.working.as_ref().map(|working| allocation::pages::a_week(working.weekly_pence));
            let amount = weekly.unwrap_or_default();
            let when = finished.finished_at.map(|at| long_date(at.date())).unwrap_or_default();
            let again = if standing.open { "Go on with the new answers" } else { "Answer anew" };
            let about = format!("The indicative budget is {amount}, by the answers of {when}.");
            step(
                1,
                title,
                about,
                "done",
                &[("How it was worked out", format!("{base}/assessment/{}", finished.id)), (again, begin)],
            )
        }
        None if standing.open => {
            step(1, title, "You have begun to answer. What you have said is kept.".into(), "begun", &[("Go on", begin)])
        }
        None => {
            let about =
                "Answer questions about an ordinary week. At the end you see at once about how much there would be.";
            step(1, title, about.into(), "to do", &[("Begin", begin)])
        }
    }
}

fn second(standing: &Standing, base: &str) -> StepShown {
    let title = "Plan the support";
    let href = format!("{base}/plan");
    match &standing.plan {
        None => step(
            2,
            title,
            "What matters, what you want to be different, who is around you, and what you would like to buy or arrange.".into(),
            "to do",
            &[("Begin the plan", href)],
        ),
        Some(plan) => {
            let lines = plan.content.lines.len();
            let about = match lines {
                0 => "The plan has been begun.".to_owned(),
                1 => "There is one line in the plan.".to_owned(),
                many => format!("There are {many} lines in the plan."),
            };
            let (word, label) = if plan.state.is_open() { ("begun", "Go on with the plan") } else { ("done", "Read the plan") };
            step(2, title, about, word, &[(label, href)])
        }
    }
}

fn third(standing: &Standing, reader: &PlanReader, base: &str) -> StepShown {
    let title = "Agree the plan";
    let agreed = standing.agreed.as_ref().map(|agreed| {
        format!("{} is agreed from {}.", allocation::pages::a_week(agreed.weekly_pence), long_date(agreed.starts_on))
    });
    let state = standing.plan.as_ref().map(|plan| plan.state);
    let (about, word, links) = match state {
        Some(PlanState::WithCouncil) if reader.is_care_manager() => (
            "The plan lies with you: four checks, then agree it or send it back.".to_owned(),
            "to do",
            vec![("Check and agree", format!("{base}/plan/agreement"))],
        ),
        Some(PlanState::WithCouncil) => {
            ("The council looks at it. You see its questions in the plan.".into(), "waiting", vec![])
        }
        Some(PlanState::ToSign) => (
            "The council has agreed and signed. It is for the person to sign, or not.".into(),
            "to do",
            vec![("Read and sign", format!("{base}/plan/signing"))],
        ),
        Some(PlanState::SentBack) => {
            ("The council asks for changes: its words are in the plan.".into(), "sent back", vec![])
        }
        Some(PlanState::Agreed) => (agreed.unwrap_or_default(), "done", vec![]),
        _ => (
            agreed.unwrap_or_else(|| {
                "The council looks at four things: healthy, safe and well; outcomes; risk; money. Then both sign."
                    .into()
            }),
            if standing.agreed.is_some() { "done" } else { "later" },
            vec![],
        ),
    };
    step(3, title, about, word, &links)
}

fn seventh(standing: &Standing, base: &str, today: chrono::NaiveDate) -> StepShown {
    let title = "Look back and learn";
    let due = standing.reviews.iter().find(|(review, _)| review.state == ReviewState::Due);
    let held = standing.reviews.iter().find(|(review, _)| review.state == ReviewState::Held);
    let mut links = Vec::new();
    if let Some((review, _)) = due {
        links.push(("The review", format!("{base}/reviews/{}", review.id)));
    }
    if let Some((review, _)) = held {
        links.push(("The last review", format!("{base}/reviews/{}", review.id)));
    }
    let (about, word) = match due {
        Some((review, _)) if review.due_on < today => {
            (format!("A review was due on {}.", long_date(review.due_on)), "overdue")
        }
        Some((review, _)) => (format!("The next review is on or about {}.", long_date(review.due_on)), "planned"),
        None => {
            ("Together with your care manager: what has come of it, what worked, what should change.".into(), "later")
        }
    };
    step(7, title, about, word, &links)
}
