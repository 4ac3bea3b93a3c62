//! [`App`]: what every handler may use.

use std::sync::Arc;

use crate::catalogue::taxonomy::Taxonomy;
use crate::clock::Clock;
use crate::db::Db;
use crate::identity::SigningKeys;

/// What every handler may use. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// The keys that tokens are signed with.
    pub keys: Arc<SigningKeys>,
    /// The taxonomies.
    pub taxonomy: Arc<Taxonomy>,
    /// Whether this is the demo town.
    pub demo: bool,
}
