//! The public lists that rows and columns come from.

use std::collections::HashMap;

use diesel::QueryResult;

use crate::clock::{month_name, month_start};
use crate::db::Conn;
use crate::ids::AuthorityId;

use super::super::packed::PackedCell;
use super::super::store;
use super::question::{Dimension, Heading, NotReleased, Query};

/// Each way to hold a budget.
const FUNDING_ROUTES: [&str; 7] = [
    "direct payment",
    "nominated third party",
    "trust",
    "broker",
    "individual service fund",
    "council-managed",
    "own money",
];

/// The public lists that rows and columns come from.
pub(super) struct Lists {
    wards: Vec<Heading>,
    categories: Vec<Heading>,
    parents: HashMap<String, String>,
}

/// The rows or the columns of a table.
pub(super) struct Axis {
    pub(super) dimension: Dimension,
    pub(super) headings: Vec<Heading>,
    /// From what cells keep to the heading it belongs under.
    under: HashMap<String, usize>,
}

/// What a question is limited to, beside the ward.
pub(super) struct Filters {
    category_ids: Option<Vec<String>>,
    funding_route: Option<String>,
}

impl Lists {
    pub(super) fn read(conn: &mut Conn, authority: AuthorityId) -> QueryResult<Self> {
        let wards = store::wards_of(conn, authority)?
            .into_iter()
            .map(|(id, name, latitude, longitude)| Heading { id, name, place: Some((latitude, longitude)) })
            .collect();
        let mut lists = Self { wards, categories: Vec::new(), parents: HashMap::new() };
        for (id, name, parent) in store::categories(conn)? {
            if let Some(parent) = parent {
                lists.parents.insert(id.clone(), parent);
            }
            lists.categories.push(Heading { id, name, place: None });
        }
        Ok(lists)
    }

    pub(super) fn filters(&self, query: &Query) -> Result<Filters, NotReleased> {
        let listed = |headings: &[Heading], id: &str| headings.iter().any(|heading| heading.id == id);
        if query.ward.as_deref().is_some_and(|ward| !listed(&self.wards, ward)) {
            return Err(NotReleased::Unknown(Dimension::Ward));
        }
        if query.funding_route.as_deref().is_some_and(|route| !FUNDING_ROUTES.contains(&route)) {
            return Err(NotReleased::Unknown(Dimension::FundingRoute));
        }
        let Some(category) = query.category.as_deref() else {
            return Ok(Filters { category_ids: None, funding_route: query.funding_route.clone() });
        };
        if !listed(&self.categories, category) {
            return Err(NotReleased::Unknown(Dimension::Category));
        }
        let under = self.categories.iter().filter(|other| self.way_up(&other.id).any(|id| id == category));
        let category_ids = Some(under.map(|heading| heading.id.clone()).collect());
        Ok(Filters { category_ids, funding_route: query.funding_route.clone() })
    }

    /// A category, its parent, its parent's parent; a loop in the list ends it.
    fn way_up<'a>(&'a self, category: &'a str) -> impl Iterator<Item = &'a str> {
        let up = |id: &&'a str| self.parents.get(*id).map(String::as_str);
        std::iter::successors(Some(category), up).take(10)
    }

    pub(super) fn axis(&self, dimension: Dimension, query: &Query) -> Axis {
        let only = |headings: &[Heading], wanted: &Option<String>| -> Vec<Heading> {
            headings.iter().filter(|heading| wanted.as_ref().is_none_or(|id| *id == heading.id)).cloned().collect()
        };
        let headings = match dimension {
            Dimension::Ward => only(&self.wards, &query.ward),
            Dimension::Category => self.categories_under(query.category.as_deref()),
            Dimension::FundingRoute => {
                let route = |word: &&str| Heading { id: (*word).into(), name: (*word).into(), place: None };
                only(&FUNDING_ROUTES.iter().map(route).collect::<Vec<_>>(), &query.funding_route)
            }
            Dimension::Month => (query.from_month..=query.to_month).map(month_heading).collect(),
        };
        let position: HashMap<&str, usize> =
            headings.iter().enumerate().map(|(index, heading)| (heading.id.as_str(), index)).collect();
        let under = match dimension {
            Dimension::Category => {
                let place = |id: &str| self.way_up(id).find_map(|above| position.get(above).copied());
                self.categories.iter().filter_map(|one| Some((one.id.clone(), place(&one.id)?))).collect()
            }
            _ => position.into_iter().map(|(id, index)| (id.to_owned(), index)).collect(),
        };
        Axis { dimension, headings, under }
    }

    /// What lies right under a category, or the category itself if nothing does; the top without one.
    fn categories_under(&self, category: Option<&str>) -> Vec<Heading> {
        let right_under = |heading: &&Heading| self.parents.get(&heading.id).map(String::as_str) == category;
        let below: Vec<Heading> = self.categories.iter().filter(right_under).cloned().collect();
        match category {
            Some(id) if below.is_empty() => self.categories.iter().filter(|one| one.id == id).cloned().collect(),
            _ => below,
        }
    }
}

pub(super) fn month_heading(month: i32) -> Heading {
    let start = month_start(month);
    Heading { id: start.format("%Y-%m").to_string(), name: month_name(start), place: None }
}

impl Axis {
    /// Under which heading a cell belongs.
    pub(super) fn index_of(&self, month: i32, ward_code: &str, cell: &PackedCell<'_>) -> Option<usize> {
        let word = match self.dimension {
            Dimension::Ward => ward_code,
            Dimension::Category => cell.category_id,
            Dimension::FundingRoute => cell.funding_route,
            Dimension::Month => return usize::try_from(month).ok(),
        };
        self.under.get(word).copied()
    }
}

impl Filters {
    /// Whether a cell is among those asked for; wards and months are chosen by the query.
    pub(super) fn let_through(&self, cell: &PackedCell<'_>) -> bool {
        self.category_ids.as_ref().is_none_or(|ids| ids.iter().any(|id| id == cell.category_id))
            && self.funding_route.as_ref().is_none_or(|route| route == cell.funding_route)
    }
}
