DROP TABLE fund_returns;
