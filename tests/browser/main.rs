use scraper as _; use ureq as _;
