DROP TABLE take_back_notices;
DROP TABLE balance_questions;
DROP TABLE spending_declarations;
