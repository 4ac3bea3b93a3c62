//! Others like a service: of its category, nearest first. Nothing is counted, so it takes a tenth of a search.

use crate::ids::ServiceId;

use super::filters::Ready;
use super::indexing::Index;
use super::query::{Filters, Search};

impl Index {
    /// The nearest of a category and those below it, but for one of them; the best where nobody knows from where.
    #[must_use]
    pub fn others_of(&self, category: &str, near: Option<(f64, f64)>, but: ServiceId, most: usize) -> Vec<ServiceId> {
        let snapshot = self.snapshot();
        let filters = Filters { categories: vec![category.to_owned()], ..Filters::default() };
        let search = Search { near, filters, ..Search::default() };
        let ready = Ready::of(&search, &snapshot.vocabulary, &self.freshness(), snapshot.latest);
        let mut others = Vec::new();
        for segment in &snapshot.segments {
            let alive = segment.reader.alive_bitset();
            for (doc, row) in (0_u32..).zip(segment.rows.iter()) {
                if ready.failed(row, None) != 0 || alive.is_some_and(|alive| !alive.is_alive(doc)) {
                    continue;
                }
                let away = match ready.lies(row) {
                    Some(lies) => lies.metres().unwrap_or(f32::MAX),
                    None => -row.quality,
                };
                if ready.unchecked_for(row).is_some() {
                    others.push((away, row.tie, segment, doc));
                }
            }
        }
        // One more than wanted: the one that they are like may be among them.
        let wanted = (most + 1).min(others.len());
        if let Some(last) = wanted.checked_sub(1) {
            others.select_nth_unstable_by(last, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        }
        others.truncate(wanted);
        others.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let ids = others.into_iter().filter_map(|(_, _, segment, doc)| segment.id(doc));
        ids.filter(|id| *id != but).take(most).collect()
    }
}
