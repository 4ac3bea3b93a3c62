//! Stars: kept as counts, never as a float, and averaged so that few ratings weigh little.

/// How many people gave how many stars.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rating {
    /// One star to five.
    pub counts: [i32; 5],
}

impl Rating {
    /// What a service is taken to have before anybody rated it: five ratings of 3.8 stars.
    const PRIOR_RATINGS: i64 = 5;
    const PRIOR_STARS: i64 = 19;

    /// How many ratings there are.
    #[must_use]
    pub fn ratings(self) -> i64 {
        self.counts.iter().map(|count| i64::from(*count)).sum()
    }

    /// All stars together.
    #[must_use]
    pub fn stars(self) -> i64 {
        self.counts.iter().zip(1..).map(|(count, stars)| i64::from(*count) * stars).sum()
    }

    /// The Bayesian average in tenths of a star: 43 is 4.3 stars. The page says so.
    #[must_use]
    pub fn tenths(self) -> u32 {
        let ratings = self.ratings() + Self::PRIOR_RATINGS;
        let tenths = ((self.stars() + Self::PRIOR_STARS) * 10 + ratings / 2) / ratings;
        u32::try_from(tenths).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_five_star_rating_does_not_beat_forty_good_ones() {
        let one = Rating { counts: [0, 0, 0, 0, 1] };
        let forty = Rating { counts: [0, 0, 2, 8, 30] };
        assert_eq!(one.tenths(), 40);
        assert_eq!(forty.tenths(), 46);
        assert_eq!(Rating::default().tenths(), 38);
    }
}
