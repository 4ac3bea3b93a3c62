//! What an authority does with its questionnaires, over `/api/v1`; its pages are in [`super::editor_pages`].

pub mod api;
