//! The index follows the log: nothing is lost, whatever happens.

use super::*;

#[test]
fn a_new_index_asks_to_be_built() {
    let dir = TempDir::new().unwrap();
    let index = Index::open_or_create(dir.path()).unwrap();
    assert!(index.needs_rebuild());
    assert_eq!(index.find(&search("library")).unwrap().total, 0);
    assert_eq!(index.find(&search("")).unwrap().total, 0);
}

#[test]
fn position_and_services_survive_together() {
    let (dir, index) = indexed(town());
    let position = Position { tx: 3, seq: 12 };
    let renamed = ServiceDocument { name: "Sale Reading Room".into(), ..library("Sale Library", 300.0) };
    index.apply(&[renamed], &[ServiceId::named("Weekly clean")], position).unwrap();
    drop(index); // nothing is said to the index: as after a kill
    let index = Index::open_or_create(dir.path()).unwrap();
    assert_eq!(index.position(), Some(position));
    assert_eq!(index.all_ids().len(), 8);
    assert_eq!(index.find(&search("reading room")).unwrap().hits[0].id, ServiceId::named("Sale Library"));
    assert_eq!(index.find(&search("weekly clean")).unwrap().total, 0);
}

#[test]
fn a_change_is_found_at_once_and_an_earlier_search_is_not_disturbed() {
    let (_dir, index) = indexed(town());
    let before = index.snapshot();
    index.apply(&[library("Altrincham Library", 7_000.0)], &[], Position { tx: 0, seq: 8 }).unwrap();
    assert_eq!(index.find(&search("library")).unwrap().total, 4);
    assert_eq!(before.ids().len(), 9);
}

#[test]
fn rebuilt_is_the_same_as_followed() {
    let (_dir, rebuilt) = indexed(town());
    let dir = TempDir::new().unwrap();
    let followed = Index::open_or_create(dir.path()).unwrap();
    for (number, service) in (1..).zip(town()) {
        let older = ServiceDocument { name: "An older name".into(), ratings: 1, ..service.clone() };
        followed.apply(&[older], &[], Position { tx: 0, seq: number * 2 }).unwrap();
        followed.apply(&[service], &[], Position { tx: 0, seq: number * 2 + 1 }).unwrap();
    }
    let sorted = |index: &Index| {
        let mut ids = index.all_ids();
        ids.sort();
        ids
    };
    assert_eq!(sorted(&followed), sorted(&rebuilt));
    for words in ["", "library", "libary", "sit", "wheelchair", "hoover"] {
        let (a, b) = (followed.find(&near_sale(words)).unwrap(), rebuilt.find(&near_sale(words)).unwrap());
        assert_eq!(names(&a), names(&b), "{words}");
        assert_eq!(a.counts, b.counts, "{words}");
    }
}

#[test]
fn the_fingerprint_tells_of_every_change() {
    let (_dir, index) = indexed(town());
    let known: std::collections::HashMap<_, _> = index.all_ids().into_iter().collect();
    for service in town() {
        assert_eq!(known.get(&service.id), Some(&service.fingerprint()));
        let changed =
            ServiceDocument { stars_total: service.stars_total + 5, ratings: service.ratings + 1, ..service.clone() };
        assert_ne!(changed.fingerprint(), service.fingerprint());
    }
}

#[test]
fn a_rebuild_that_fails_leaves_the_old_index() {
    let (dir, index) = indexed(town());
    let broken =
        vec![Ok(library("New Library", 1.0)), Err(SearchError::Folder(std::io::Error::other("the database is gone")))];
    assert!(index.rebuild(broken, Position { tx: 9, seq: 9 }).is_err());
    assert_eq!((index.all_ids().len(), index.position()), (9, Some(Position { tx: 0, seq: 7 })));
    drop(index);
    assert_eq!(Index::open_or_create(dir.path()).unwrap().all_ids().len(), 9);
}

#[test]
fn a_rebuild_leaves_one_folder_and_can_be_followed() {
    let (dir, index) = indexed(town());
    index.rebuild(all(town()), Position { tx: 0, seq: 20 }).unwrap();
    let folders = std::fs::read_dir(dir.path()).unwrap().flatten().filter(|entry| entry.path().is_dir()).count();
    assert_eq!(folders, 1);
    index.apply(&[library("Hale Library", 7_000.0)], &[], Position { tx: 0, seq: 21 }).unwrap();
    assert_eq!((index.all_ids().len(), index.position()), (10, Some(Position { tx: 0, seq: 21 })));
}

#[test]
fn an_index_of_another_version_is_built_anew() {
    let (dir, index) = indexed(town());
    drop(index);
    let current = std::fs::read_to_string(dir.path().join("CURRENT")).unwrap();
    let name = current.trim().split_once(' ').unwrap().1;
    std::fs::write(dir.path().join("CURRENT"), format!("999 {name}\n")).unwrap();
    let index = Index::open_or_create(dir.path()).unwrap();
    assert!(index.needs_rebuild());
    index.rebuild(all(town()), Position { tx: 1, seq: 1 }).unwrap();
    assert_eq!(index.all_ids().len(), 9);
}

#[test]
fn many_search_while_one_writes() {
    let (_dir, index) = indexed(town());
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| {
                for _ in 0..50 {
                    assert!(index.find(&near_sale("library")).unwrap().total >= 3);
                }
            });
        }
        for number in 0..10 {
            index.apply(&[library("Hale Library", 7_000.0)], &[], Position { tx: 0, seq: 30 + number }).unwrap();
        }
    });
    assert_eq!(index.find(&search("library")).unwrap().total, 4);
}
