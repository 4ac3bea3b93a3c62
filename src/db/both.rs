//! What diesel's `MultiConnection` does not give: statements for both databases, row locks, exact sums.

use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Bool, Text};
use diesel::sqlite::Sqlite;

use super::conn::{Conn, MultiBackend};

/// A statement that is valid on both databases.
pub struct Both<Q>(Q);

/// Runs a statement that is valid on both databases (`ON CONFLICT …`) on whichever is connected.
pub fn both<Q>(statement: Q) -> Both<Q> {
    Both(statement)
}

impl<Q> QueryFragment<MultiBackend> for Both<Q>
where
    Q: QueryFragment<Pg> + QueryFragment<Sqlite>,
{
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        MultiBackend::walk_variant_ast(&self.0, pass)
    }
}

impl<Q: QueryId> QueryId for Both<Q> {
    type QueryId = Q::QueryId;
    const HAS_STATIC_QUERY_ID: bool = Q::HAS_STATIC_QUERY_ID;
}

impl<Q: Query> Query for Both<Q> {
    type SqlType = Q::SqlType;
}

impl<Q> RunQueryDsl<Conn> for Both<Q> {}

/// Writes the same expression for each database: for batch inserts.
#[macro_export]
macro_rules! both {
    ($conn:expr, $c:ident => $run:expr) => {
        match $conn {
            $crate::db::Conn::Postgres($c) => $run,
            $crate::db::Conn::Sqlite($c) => $run,
        }
    };
}

/// Up to so many rows are written one by one.
pub const FEW_ROWS: usize = 2;

/// Writes a slice of rows: few one by one, by a statement that stays prepared; many together, by one that does not.
#[macro_export]
macro_rules! insert_rows {
    ($conn:expr, $table:expr, $rows:expr) => {
        if $rows.len() <= $crate::db::FEW_ROWS {
            $rows.iter().try_for_each(|row| {
                $crate::both!(&mut *$conn, c => diesel::insert_into($table).values(row).execute(c)).map(drop)
            })
        } else {
            $crate::both!($conn, c => diesel::insert_into($table).values($rows).execute(c)).map(drop)
        }
    };
}

/// A query whose rows stay ours until the transaction ends.
pub struct Locked<Q>(Q);

/// Adds `FOR UPDATE` on PostgreSQL; SQLite has one writer, so there is nobody to keep out.
pub fn locked<Q>(query: Q) -> Locked<Q> {
    Locked(query)
}

impl<Q> QueryFragment<MultiBackend> for Locked<Q>
where
    Q: QueryFragment<Pg> + QueryFragment<Sqlite>,
{
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        MultiBackend::walk_variant_ast(self, pass)
    }
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Locked<Q> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(pass.reborrow())?;
        pass.push_sql(" FOR UPDATE");
        Ok(())
    }
}

impl<Q: QueryFragment<Sqlite>> QueryFragment<Sqlite> for Locked<Q> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.0.walk_ast(pass)
    }
}

impl<Q: QueryId> QueryId for Locked<Q> {
    type QueryId = Locked<Q::QueryId>;
    const HAS_STATIC_QUERY_ID: bool = Q::HAS_STATIC_QUERY_ID;
}

impl<Q: Query> Query for Locked<Q> {
    type SqlType = Q::SqlType;
}

impl<Q> RunQueryDsl<Conn> for Locked<Q> {}

/// The sum of a `BigInt` column, exact on both databases; 0 for no rows.
#[derive(QueryId)]
pub struct SumI64<E>(E);

/// Sums a `BigInt` column exactly (SQLite's own sum is inexact above 2^53 once it turns to floats).
pub fn sum_i64<E: Expression<SqlType = BigInt>>(column: E) -> SumI64<E> {
    SumI64(column)
}

impl<E, G> ValidGrouping<G> for SumI64<E> {
    type IsAggregate = is_aggregate::Yes;
}

impl<E: Expression<SqlType = BigInt>> Expression for SumI64<E> {
    type SqlType = BigInt;
}

impl<E, T> AppearsOnTable<T> for SumI64<E>
where
    E: AppearsOnTable<T>,
    Self: Expression,
{
}

impl<E, T> SelectableExpression<T> for SumI64<E>
where
    E: SelectableExpression<T>,
    Self: AppearsOnTable<T>,
{
}

impl<E: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for SumI64<E> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("CAST(COALESCE(SUM(");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql("), 0) AS BIGINT)");
        Ok(())
    }
}

/// Whether a text column is one of a list that travels as one parameter.
#[derive(QueryId)]
pub struct Among<C> {
    column: C,
    list: String,
}

/// The same as `eq_any`, but one statement for lists of any length, so that it is prepared once and kept: preparing was
/// most of what a page of results cost.
pub fn among<C: Expression<SqlType = Text>>(column: C, values: impl IntoIterator<Item = impl ToString>) -> Among<C> {
    let values: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
    Among { column, list: serde_json::Value::from(values).to_string() }
}

impl<C: Expression> Expression for Among<C> {
    type SqlType = Bool;
}

impl<C, G> ValidGrouping<G> for Among<C> {
    type IsAggregate = is_aggregate::No;
}

impl<C, T> AppearsOnTable<T> for Among<C>
where
    C: AppearsOnTable<T>,
    Self: Expression,
{
}

impl<C: QueryFragment<Pg>> QueryFragment<Pg> for Among<C> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.column.walk_ast(pass.reborrow())?;
        pass.push_sql(" = ANY(ARRAY(SELECT jsonb_array_elements_text(");
        pass.push_bind_param::<Text, _>(&self.list)?;
        pass.push_sql("::jsonb)))");
        Ok(())
    }
}

impl<C: QueryFragment<Sqlite>> QueryFragment<Sqlite> for Among<C> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.column.walk_ast(pass.reborrow())?;
        pass.push_sql(" IN (SELECT value FROM json_each(");
        pass.push_bind_param::<Text, _>(&self.list)?;
        pass.push_sql("))");
        Ok(())
    }
}

impl<C> QueryFragment<MultiBackend> for Among<C>
where
    C: QueryFragment<Pg> + QueryFragment<Sqlite>,
{
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        MultiBackend::walk_variant_ast(self, pass)
    }
}
