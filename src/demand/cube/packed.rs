//! How the cells of one slice are kept: one after the other in one piece of bytes, read without unpacking.
//!
//! A cell is its category and funding route (each with its length), its lines, units and pence, its people and its
//! providers. Numbers are LEB128: seven bits a byte, low ones first. Up to [`FEW`] people are the steps from one ordinal
//! to the next; more are a roaring bitmap. Providers are steps, each followed by the pence.

use diesel::QueryResult;
use diesel::result::Error as DieselError;
use roaring::RoaringBitmap;

use super::follow::Words;
use super::{Cell, Cells, Place};

/// Up to so many people are cheaper as a list than as a bitmap.
const FEW: u64 = 1024;

/// Packs the cells of a slice.
pub(super) fn bytes(cells: &Cells) -> QueryResult<Vec<u8>> {
    let mut out = Vec::new();
    for (place, cell) in cells {
        put_bytes(&mut out, place.category_id.as_bytes());
        put_bytes(&mut out, place.funding_route.as_bytes());
        for number in [cell.lines, cell.units, cell.pence] {
            put(&mut out, number.cast_unsigned());
        }
        put(&mut out, cell.people.len());
        let mut people = Vec::new();
        if cell.people.len() <= FEW {
            put_steps(&mut people, cell.people.iter().map(|person| (person, None)));
        } else {
            cell.people.serialize_into(&mut people).map_err(|cause| DieselError::SerializationError(cause.into()))?;
        }
        put_bytes(&mut out, &people);
        let mut providers = Vec::new();
        put_steps(&mut providers, cell.providers.iter().map(|(provider, pence)| (*provider, Some(*pence))));
        put_bytes(&mut out, &providers);
    }
    Ok(out)
}

fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn put_steps(out: &mut Vec<u8>, members: impl Iterator<Item = (u32, Option<i64>)>) {
    let mut last = 0;
    for (member, pence) in members {
        put(out, u64::from(member - last));
        last = member;
        if let Some(pence) = pence {
            put(out, pence.cast_unsigned());
        }
    }
}

/// A cell as it lies in its bytes.
pub(super) struct PackedCell<'a> {
    pub(super) category_id: &'a str,
    pub(super) funding_route: &'a str,
    pub(super) lines: i64,
    pub(super) units: i64,
    pub(super) pence: i64,
    count: u64,
    people: &'a [u8],
    providers: &'a [u8],
}

/// The cells of a slice, one after the other.
pub(super) fn each(bytes: &[u8]) -> impl Iterator<Item = QueryResult<PackedCell<'_>>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let cell = next_cell(&mut rest);
        if cell.is_none() {
            rest = &[];
        }
        Some(cell.ok_or_else(cut_off))
    })
}

fn next_cell<'a>(rest: &mut &'a [u8]) -> Option<PackedCell<'a>> {
    Some(PackedCell {
        category_id: std::str::from_utf8(take_bytes(rest)?).ok()?,
        funding_route: std::str::from_utf8(take_bytes(rest)?).ok()?,
        lines: take(rest)?.cast_signed(),
        units: take(rest)?.cast_signed(),
        pence: take(rest)?.cast_signed(),
        count: take(rest)?,
        people: take_bytes(rest)?,
        providers: take_bytes(rest)?,
    })
}

fn take(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for place in 0..10 {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        number |= u64::from(byte & 0x7F) << (7 * place);
        if *byte < 0x80 {
            return Some(number);
        }
    }
    None
}

fn take_bytes<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(take(rest)?).ok()?;
    let (bytes, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(bytes)
}

fn cut_off() -> DieselError {
    DieselError::DeserializationError("the cells of demand are cut off".into())
}

impl PackedCell<'_> {
    fn is_bitmap(&self) -> bool {
        self.count > FEW
    }

    fn bitmap(&self) -> QueryResult<RoaringBitmap> {
        RoaringBitmap::deserialize_from(self.people).map_err(|cause| DieselError::DeserializationError(cause.into()))
    }

    /// Tells `each` of the people, unless they are a bitmap.
    fn people(&self, mut each: impl FnMut(u32)) -> QueryResult<()> {
        let (mut rest, mut person) = (self.people, 0_u32);
        while !rest.is_empty() {
            person = step(&mut rest, person).ok_or_else(cut_off)?;
            each(person);
        }
        Ok(())
    }

    /// Tells `each` of the providers and what it took.
    fn providers(&self, mut each: impl FnMut(u32, i64)) -> QueryResult<()> {
        let (mut rest, mut provider) = (self.providers, 0_u32);
        while !rest.is_empty() {
            provider = step(&mut rest, provider).ok_or_else(cut_off)?;
            each(provider, take(&mut rest).ok_or_else(cut_off)?.cast_signed());
        }
        Ok(())
    }
}

fn step(rest: &mut &[u8], from: u32) -> Option<u32> {
    from.checked_add(u32::try_from(take(rest)?).ok()?)
}

/// Unpacks the cells of a slice.
pub(super) fn cells(bytes: &[u8]) -> QueryResult<Cells> {
    let mut words = Words::default();
    let mut cells = Cells::new();
    for cell in each(bytes) {
        let cell = cell?;
        let place: Place = words.place(cell.category_id, cell.funding_route);
        let mut whole = Cell { lines: cell.lines, units: cell.units, pence: cell.pence, ..Cell::default() };
        if cell.is_bitmap() {
            whole.people = cell.bitmap()?;
        } else {
            cell.people(|person| {
                whole.people.insert(person);
            })?;
        }
        cell.providers(|provider, pence| {
            whole.providers.insert(provider, pence);
        })?;
        cells.insert(place, whole);
    }
    Ok(cells)
}

/// Counts the distinct people of several cells; used again for the next figure.
#[derive(Default)]
pub(super) struct Distinct {
    /// The figure in which each person was met last, by ordinal.
    met: Vec<u32>,
    figure: u32,
    count: u64,
    many: RoaringBitmap,
}

impl Distinct {
    pub(super) fn add(&mut self, cell: &PackedCell<'_>) -> QueryResult<()> {
        if cell.is_bitmap() {
            self.many |= cell.bitmap()?;
            return Ok(());
        }
        let now = self.figure + 1;
        cell.people(|person| {
            let index = person as usize;
            if index >= self.met.len() {
                self.met.resize(index + index / 2 + 1024, 0);
            }
            if let Some(met) = self.met.get_mut(index) {
                self.count += u64::from(*met != now); // without a branch: nobody could guess it
                *met = now;
            }
        })
    }

    /// How many there were since it was asked last.
    pub(super) fn take(&mut self) -> u64 {
        self.figure += 1;
        let mut count = std::mem::take(&mut self.count);
        let many = std::mem::take(&mut self.many);
        if count > 0 && !many.is_empty() {
            let met_too = many.iter().filter(|person| self.met.get(*person as usize) == Some(&self.figure)).count();
            count -= met_too as u64;
        }
        count + many.len()
    }
}

/// Sums what each provider took in several cells; used again for the next figure.
#[derive(Default)]
pub(super) struct Takings {
    sums: Vec<i64>,
    met: Vec<u32>,
}

impl Takings {
    pub(super) fn add(&mut self, cell: &PackedCell<'_>) -> QueryResult<()> {
        cell.providers(|provider, pence| {
            let index = provider as usize;
            if index >= self.sums.len() {
                self.sums.resize(index + index / 2 + 1024, 0);
            }
            if let Some(sum) = self.sums.get_mut(index) {
                if *sum == 0 {
                    self.met.push(provider);
                }
                *sum = sum.saturating_add(pence);
            }
        })
    }

    /// What each took since it was asked last.
    pub(super) fn take(&mut self) -> Vec<i64> {
        let sums = &mut self.sums;
        self.met.drain(..).filter_map(|provider| sums.get_mut(provider as usize).map(std::mem::take)).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use rand::RngExt;

    use crate::ids::seeded;

    use super::*;

    /// Cells of few people and of many; made from a seed, as a cell cannot be printed.
    fn some_cells(seed: u64) -> Cells {
        let mut random = seeded(seed);
        let mut cells = Cells::new();
        for n in 0..random.random_range(0..6) {
            let place = Place { category_id: format!("category {n}").into(), funding_route: "direct payment".into() };
            let people =
                if random.random_bool(0.5) { random.random_range(0..60) } else { random.random_range(900..3000) };
            let mut cell = Cell { lines: random.random_range(0..i64::MAX), ..Cell::default() };
            cell.units = random.random_range(0..200);
            cell.pence = random.random_range(0..1_000_000);
            cell.people.extend((0..people).map(|_| random.random_range(0..50_000_u32)));
            let took = |_| (random.random_range(0..400), random.random_range(1..i64::MAX / 100));
            cell.providers.extend((0..people % 9).map(took));
            cells.insert(place, cell);
        }
        cells
    }

    proptest! {
        #[test]
        fn what_was_packed_comes_out_again(seed in any::<u64>()) {
            let wanted = some_cells(seed);
            prop_assert!(cells(&bytes(&wanted).unwrap()).unwrap() == wanted);
        }

        #[test]
        fn broken_bytes_are_an_error_and_never_a_panic(seed in any::<u64>(), cut in 0..10_000_usize, flip in any::<u8>()) {
            let mut bytes = bytes(&some_cells(seed)).unwrap();
            if let Some(byte) = bytes.get_mut(cut) {
                *byte ^= flip;
            }
            bytes.truncate(cut * 2);
            drop(cells(&bytes));
        }

        #[test]
        fn people_and_takings_are_counted_as_sets(seed in any::<u64>(), other in any::<u64>()) {
            let (mut distinct, mut takings) = (Distinct::default(), Takings::default());
            for seed in [seed, other] {
                let cells = some_cells(seed);
                let bytes = bytes(&cells).unwrap();
                let (mut people, mut took) = (RoaringBitmap::new(), BTreeMap::<u32, i64>::new());
                for (cell, whole) in each(&bytes).zip(cells.values()) {
                    let cell = cell.unwrap();
                    distinct.add(&cell).unwrap();
                    takings.add(&cell).unwrap();
                    people |= &whole.people;
                    whole.providers.iter().for_each(|(provider, pence)| *took.entry(*provider).or_default() += pence);
                }
                let mut sums = takings.take();
                sums.sort_unstable();
                let mut right: Vec<i64> = took.into_values().collect();
                right.sort_unstable();
                prop_assert_eq!(distinct.take(), people.len());
                prop_assert_eq!(sums, right);
            }
        }
    }
}
