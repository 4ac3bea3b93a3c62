//! All SQL of the standard, out and in.

mod applying;
mod feeds;
mod published;
mod staging;

pub use applying::{Document, apply, close_vanished, documents, drop_documents};
pub use feeds::{
    attributions, due, feed_by_name, feed_of, feeds_of, findings, give_up, insert_feed, insert_run, keep_lease, let_go,
    note_run, release_run, run, run_of, runs_of, source_of, take_lease, update_feed,
};
pub use published::{
    After, Organization, Told, at_locations, at_locations_counted, ids_after, ids_on_page, location_ids_of,
    minimal_after, organization, organization_service_ids, organizations_counted, organizations_on_page,
    services_counted, services_like, told,
};
pub use staging::{Staged, forget_unchanged, note_vanished, stage, taken_before};
