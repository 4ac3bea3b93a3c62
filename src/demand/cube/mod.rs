//! The cells, which nobody outside this folder can read.
//!
//! The types here are private to the folder and know neither `Display`, `Debug` nor `Serialize`: a raw figure cannot
//! reach a page, a log line or a document. `gate` is the only way out.
//!
//! Reading order: this file (what a cell is), `packed` (how it is kept), `follow` (events into cells), `recount` (the same from the purchases
//! themselves, for `waymark verify`), `noise` and `gate` (what is released).

mod follow;
mod gate;
mod noise;
mod packed;
mod recount;
mod store;

#[cfg(test)]
mod attack;
#[cfg(test)]
mod support;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use roaring::RoaringBitmap;

use crate::db::text_enum;
use crate::ids::AuthorityId;

pub use follow::{FOLLOWER, follow, rebuild};
pub use gate::{Dimension, Door, Figure, Heading, Measure, NotReleased, Query, Released, Rules, release};
pub use recount::differences;

text_enum! {
    /// The step of buying that a cell counts. Each keeps its own people: who asked is not who was served.
    #[schema(as = CountedStep)]
    enum Step {
        /// Somebody asked to buy. It stays counted when it is cancelled or declined: it was wanted.
        Requested = "requested",
        /// The provider declined it; counted in the month of the request.
        Declined = "declined",
        /// A delivery was confirmed; counted in the month of the delivery.
        Delivered = "delivered",
    }
}

/// Stands for every ward, category or funding route.
const ALL: &str = "*";

/// Which of ward, category and funding route a cell keeps apart; the others are [`ALL`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Grain(i32);

impl Grain {
    const EVERY: [Self; 8] = [Self(0), Self(1), Self(2), Self(3), Self(4), Self(5), Self(6), Self(7)];
    const FINEST: Self = Self(7);

    const fn keeping(ward: bool, category: bool, funding_route: bool) -> Self {
        Self(ward as i32 + 2 * category as i32 + 4 * funding_route as i32)
    }
    const fn keeps_ward(self) -> bool {
        self.0 & 1 != 0
    }
    const fn keeps_category(self) -> bool {
        self.0 & 2 != 0
    }
    const fn keeps_funding_route(self) -> bool {
        self.0 & 4 != 0
    }
}

/// One ward and month of one grain of one step: the cells that are kept in one row.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Slice {
    authority: AuthorityId,
    grain: Grain,
    step: Step,
    month: i32,
    ward_code: Arc<str>,
}

/// Where in a slice a cell stands.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Place {
    category_id: Arc<str>,
    funding_route: Arc<str>,
}

/// What was counted in one place.
#[derive(Clone, Default, PartialEq)]
struct Cell {
    /// Purchases, or deliveries.
    lines: i64,
    units: i64,
    pence: i64,
    /// The people, by ordinal.
    people: RoaringBitmap,
    /// What each provider took, by ordinal; only of deliveries.
    providers: BTreeMap<u32, i64>,
}

impl Cell {
    fn add(&mut self, other: &Self) {
        self.lines += other.lines;
        self.units += other.units;
        self.pence += other.pence;
        self.people |= &other.people;
        for (provider, pence) in &other.providers {
            *self.providers.entry(*provider).or_default() += pence;
        }
    }
}

/// One thing to count.
struct Counted {
    authority: AuthorityId,
    step: Step,
    month: i32,
    ward_code: Arc<str>,
    place: Place,
    person: u32,
    provider: u32,
    quantity: i64,
    pence: i64,
}

/// The cells of one slice.
type Cells = BTreeMap<Place, Cell>;

/// Cells that were counted but are not yet stored.
struct Counts {
    all: Arc<str>,
    slices: HashMap<Slice, Cells>,
}

impl Counts {
    fn new() -> Self {
        Self { all: ALL.into(), slices: HashMap::new() }
    }

    /// Counts at the finest grain.
    fn count(&mut self, one: Counted) {
        let Counted { authority, step, month, ward_code, .. } = one;
        let slice = Slice { authority, grain: Grain::FINEST, step, month, ward_code };
        let cell = self.slices.entry(slice).or_default().entry(one.place).or_default();
        cell.lines += 1;
        cell.people.insert(one.person);
        if step != Step::Declined {
            cell.units += one.quantity;
        }
        if step == Step::Delivered {
            cell.pence += one.pence;
            *cell.providers.entry(one.provider).or_default() += one.pence;
        }
    }

    /// Sums the finest cells at a coarser grain.
    fn roll_up(&mut self, grain: Grain) {
        let mut coarser: HashMap<Slice, Cells> = HashMap::new();
        let keep = |kept: bool, own: &Arc<str>| Arc::clone(if kept { own } else { &self.all });
        for (slice, cells) in self.slices.iter().filter(|(slice, _)| slice.grain == Grain::FINEST) {
            let ward_code = keep(grain.keeps_ward(), &slice.ward_code);
            let sums = coarser.entry(Slice { grain, ward_code, ..slice.clone() }).or_default();
            for (place, cell) in cells {
                let place = Place {
                    category_id: keep(grain.keeps_category(), &place.category_id),
                    funding_route: keep(grain.keeps_funding_route(), &place.funding_route),
                };
                sums.entry(place).or_default().add(cell);
            }
        }
        self.slices.extend(coarser);
    }
}
