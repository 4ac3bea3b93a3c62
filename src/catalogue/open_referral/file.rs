//! Reading a feed from a file, record by record: a whole country's directory is never in memory at once.
//!
//! One JSON document with its records in a list, a bare list, or one document on each line.

use std::cell::Cell;
use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::rc::Rc;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// The names that lists of records go by.
pub const LISTS: [&str; 5] = ["contents", "content", "data", "items", "services"];

/// The most bytes of one record.
const LARGEST: u64 = 4 * 1024 * 1024;

/// What is done with each record; what cannot be read is a sentence. `false` stops.
pub trait Take {
    /// Takes the next record.
    fn take(&mut self, record: Result<Value, String>) -> bool;
}

impl<F: FnMut(Result<Value, String>) -> bool> Take for F {
    fn take(&mut self, record: Result<Value, String>) -> bool {
        self(record)
    }
}

/// Why the rest of a file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The disk.
    #[error("the file cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// The JSON ends or breaks.
    #[error("the file breaks off: {0}")]
    Broken(String),
    /// It holds no records.
    #[error("this file holds no list of services")]
    NothingThere,
}

/// Reads every record of a file. After an error, what was taken before is still good; the file was not read to its end.
pub fn read(file: impl Read, mut take: impl Take) -> Result<(), FileError> {
    let mut reader = BufReader::with_capacity(1 << 16, file);
    skip_mark_and_space(&mut reader)?;
    let mut first = Vec::new();
    (&mut reader).take(LARGEST).read_until(b'\n', &mut first)?;
    if first.is_empty() {
        return Err(FileError::NothingThere);
    }
    match serde_json::from_slice::<Value>(&first) {
        Ok(line @ Value::Object(_)) => read_lines(line, reader, &mut take),
        _ => read_document(first.as_slice().chain(reader), &mut take),
    }
}

fn skip_mark_and_space(reader: &mut impl BufRead) -> std::io::Result<()> {
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.starts_with(b"\xEF\xBB\xBF") {
            reader.consume(3);
            continue;
        }
        let space = buffer.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if space == 0 {
            return Ok(());
        }
        reader.consume(space);
    }
}

/// One document on each line. A line that is none is told, and the next is read.
fn read_lines(first: Value, mut reader: impl BufRead, take: &mut impl Take) -> Result<(), FileError> {
    if !take_page_or_record(first, take) {
        return Ok(());
    }
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = (&mut reader).take(LARGEST).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(());
        }
        if !line.ends_with(b"\n") && u64::try_from(line.len()).unwrap_or(u64::MAX) >= LARGEST {
            if !take.take(Err("this line is longer than 4 MB".into())) {
                return Ok(());
            }
            skip_line(&mut reader)?;
            continue;
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let go_on = match serde_json::from_slice(&line) {
            Ok(record) => take_page_or_record(record, take),
            Err(cause) => take.take(Err(format!("this line is no JSON: {cause}"))),
        };
        if !go_on {
            return Ok(());
        }
    }
}

fn skip_line(reader: &mut impl BufRead) -> std::io::Result<()> {
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        let (used, over) = match buffer.iter().position(|byte| *byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (buffer.len(), false),
        };
        reader.consume(used);
        if over {
            return Ok(());
        }
    }
}

/// The records of a page, or the record itself.
fn take_page_or_record(value: Value, take: &mut impl Take) -> bool {
    match records_of(value) {
        Ok(records) => records.into_iter().all(|record| take.take(Ok(record))),
        Err(record) => take.take(Ok(record)),
    }
}

/// The list in an envelope or a bare list; the value itself where it is neither.
pub fn records_of(value: Value) -> Result<Vec<Value>, Value> {
    match value {
        Value::Array(list) => Ok(list),
        Value::Object(mut map) => {
            let key = map.keys().find(|key| is_list(key) && map.get(*key).is_some_and(Value::is_array)).cloned();
            match key.filter(|_| !(map.contains_key("id") && map.contains_key("name"))).and_then(|key| map.remove(&key))
            {
                Some(Value::Array(list)) => Ok(list),
                _ => Err(Value::Object(map)),
            }
        }
        other => Err(other),
    }
}

fn is_list(key: &str) -> bool {
    LISTS.iter().any(|name| key.eq_ignore_ascii_case(name))
}

/// Counts the bytes since the last record, so that one endless record ends the reading and not the memory.
struct Measured<R> {
    inner: R,
    since: Rc<Cell<u64>>,
}

impl<R: Read> Read for Measured<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.since.get() > LARGEST {
            return Err(std::io::Error::other("one record is larger than 4 MB"));
        }
        let most = buffer.len().min(8 * 1024);
        let read = self.inner.read(buffer.get_mut(..most).unwrap_or_default())?;
        self.since.set(self.since.get() + u64::try_from(read).unwrap_or(0));
        Ok(read)
    }
}

fn read_document(reader: impl Read, take: &mut impl Take) -> Result<(), FileError> {
    let since = Rc::new(Cell::new(0));
    let measured = BufReader::with_capacity(8 * 1024, Measured { inner: reader, since: Rc::clone(&since) });
    let mut state = State { take, since, any: false, stopped: false };
    let mut document = serde_json::Deserializer::from_reader(measured);
    let read = Document(&mut state).deserialize(&mut document);
    match read {
        Err(_) if state.stopped => Ok(()),
        Err(cause) => Err(FileError::Broken(cause.to_string())),
        Ok(()) if state.any => Ok(()),
        Ok(()) => Err(FileError::NothingThere),
    }
}

struct State<'a, T> {
    take: &'a mut T,
    since: Rc<Cell<u64>>,
    any: bool,
    stopped: bool,
}

struct Document<'s, 'a, T>(&'s mut State<'a, T>);

impl<'de, T: Take> DeserializeSeed<'de> for Document<'_, '_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de, T: Take> Visitor<'de> for Document<'_, '_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of services")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        self.0.any = true;
        while let Some(record) = list.next_element::<Value>()? {
            self.0.since.set(0);
            if !self.0.take.take(Ok(record)) {
                self.0.stopped = true;
                return Err(serde::de::Error::custom("stopped"));
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut rest = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if is_list(&key) && !(rest.contains_key("id") && rest.contains_key("name")) {
                map.next_value_seed(Document(&mut *self.0))?;
            } else {
                rest.insert(key, map.next_value()?);
            }
        }
        if !self.0.any && rest.contains_key("id") {
            self.0.any = true;
            self.0.take.take(Ok(Value::Object(rest)));
        }
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> (Vec<String>, Result<(), String>) {
        let mut seen = Vec::new();
        let done = read(text.as_bytes(), |record: Result<Value, String>| {
            seen.push(record.map_or_else(|why| format!("! {why}"), |record| record["id"].to_string()));
            true
        });
        (seen, done.map_err(|cause| cause.to_string()))
    }

    #[test]
    fn lists_pages_and_lines_are_read_alike() {
        let two = vec!["1".to_owned(), "2".into()];
        for text in [
            "[{\"id\":1},{\"id\":2}]",
            "\u{feff}\n {\"total_items\":2,\n \"contents\":[{\"id\":1},{\"id\":2}],\"x\":{\"y\":[1]}}",
            "{\"totalElements\":2,\"content\":[{\"id\":1},{\"id\":2}]}",
            "{\"Data\":[{\"id\":1},\n{\"id\":2}]}",
            "{\"id\":1}\n\n{\"id\":2}\n",
            "{\"id\":1}\r\n{\"id\":2}",
            "{\"contents\":[{\"id\":1}]}\n{\"contents\":[{\"id\":2}]}\n",
        ] {
            let (seen, done) = all(text);
            assert_eq!((seen, done), (two.clone(), Ok(())), "{text}");
        }
    }

    #[test]
    fn what_is_broken_is_told_and_the_rest_is_kept() {
        let (seen, done) = all("{\"id\":1}\nnonsense\n{\"id\":2}\n");
        assert_eq!(seen.len(), 3);
        assert!(seen[1].starts_with("! this line is no JSON") && done.is_ok());
        let (seen, done) = all("{\"contents\":[{\"id\":1},{\"id\":2},{\"id\":");
        assert_eq!(seen, ["1", "2"]);
        assert!(done.unwrap_err().contains("breaks off"));
        for nothing in ["", "   ", "7", "\"text\"", "{}", "{\"a\":{}}", "null"] {
            assert!(all(nothing).1.is_err() || all(nothing).0.len() == 1, "{nothing}");
        }
        let deep = format!("[{}{}]", "[".repeat(5_000), "]".repeat(5_000));
        assert!(all(&deep).1.is_err());
    }

    #[test]
    fn one_endless_record_ends_the_reading_and_not_the_memory() {
        let endless = b"[{\"id\":1},{\"id\":\"".chain(std::io::repeat(b'a'));
        let mut seen = 0;
        let done = read(endless, |_: Result<Value, String>| {
            seen += 1;
            true
        });
        assert_eq!(seen, 1);
        assert!(done.unwrap_err().to_string().contains("4 MB"));
    }
}
