//! Buying: from a request to a settled invoice.

mod fact;

pub use fact::PurchaseFact;
