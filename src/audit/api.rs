//! Who looked, over `/api/v1`.

use actix_web::web::{Data, Json, ServiceConfig, get};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::clock::UtcTime;
use crate::error::AppError;
use crate::identity::{RoleName, SignedIn, Way};
use crate::web::form::Ask;
use crate::web::paging;

use super::entry::{Deed, What, Why};
use super::store;

/// The routes of these documents.
pub fn routes(config: &mut ServiceConfig) {
    config.route("/me/looks", get().to(get_looks));
}

/// One look at the caller's records, or one change of them.
#[derive(Serialize, ToSchema)]
pub struct LookDocument {
    /// Who, by the name that they have now; none for the program itself.
    pub by: Option<String>,
    /// In which role.
    pub role: Option<RoleName>,
    /// The provider or authority that they did it for.
    pub body: Option<String>,
    /// Whether they acted in the caller's name.
    pub acting_for_me: bool,
    /// Whether it was the caller.
    pub myself: bool,
    /// What was done.
    pub deed: Deed,
    /// To what.
    pub what: What,
    /// To which one of them, where there are several.
    pub subject_id: Option<String>,
    /// Why.
    pub why: Why,
    /// Over what.
    pub way: Way,
    /// When.
    #[serde(serialize_with = "crate::clock::rfc3339::serialize")]
    #[schema(value_type = String, format = DateTime)]
    pub at: UtcTime,
}

/// Looks and changes in a list.
#[derive(Serialize, ToSchema)]
pub struct LooksDocument {
    /// Newest first, 100 on a page.
    pub looks: Vec<LookDocument>,
    /// How many there are in all.
    pub total: i64,
}

/// Which page.
#[derive(Deserialize)]
pub struct Shown {
    page: Option<String>,
}

/// Who looked at the caller's records, and who changed them: everything, the caller's own deeds too.
#[utoipa::path(get, path = "/api/v1/me/looks", tag = "identity", security(("bearer" = [])),
    params(("page" = Option<u32>, Query)),
    responses((status = 200, body = LooksDocument), (status = 401, body = crate::web::render::Problem)))]
pub async fn get_looks(who: SignedIn, Ask(shown): Ask<Shown>, app: Data<App>) -> Result<Json<LooksDocument>, AppError> {
    let page = i64::from(paging::number(shown.page.as_deref()));
    let me = who.person();
    let read = move |conn: &mut crate::db::Conn| {
        Ok::<_, AppError>((store::about(conn, &who, true, page, 100)?, store::count_about(conn, &who, true)?))
    };
    let (lines, total) = app.db.read(read).await?;
    let document = |line: store::Line| LookDocument {
        by: line.name,
        role: line.role,
        body: line.organization.or(line.authority),
        acting_for_me: line.acting_for == Some(me),
        myself: line.actor == Some(me),
        deed: line.deed,
        what: line.what,
        subject_id: Some(line.subject).filter(|subject| !subject.is_empty()),
        why: line.why,
        way: line.way,
        at: line.at,
    };
    Ok(Json(LooksDocument { looks: lines.into_iter().map(document).collect(), total }))
}
