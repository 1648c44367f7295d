//! The world as it is asked about many orders in a row: what is the same for all of them is asked of the store once.

use std::{cell::RefCell, collections::HashMap, hash::Hash};

use books::{Document, DocumentId, EntryKey, Facts, FullList, ListObject, Lists, NameSpace};
use store::World;

/// Answers that were given before, for as long as one working out takes.
pub(super) struct Asked<'w> {
    world: &'w World<'static>,
    named: Answers<(NameSpace, String), Option<ListObject>>,
    linked: Answers<EntryKey, Option<ListObject>>,
    lost: Answers<(NameSpace, String), Option<String>>,
}

struct Answers<Q, A>(RefCell<HashMap<Q, A>>);

impl<Q: Eq + Hash, A: Clone> Answers<Q, A> {
    fn of(&self, question: Q, ask: impl FnOnce(&Q) -> A) -> A {
        if let Some(answer) = self.0.borrow().get(&question) {
            return answer.clone();
        }
        let answer = ask(&question);
        self.0.borrow_mut().insert(question, answer.clone());
        answer
    }
}

impl<Q, A> Default for Answers<Q, A> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<'w> Asked<'w> {
    pub(super) fn of(world: &'w World<'static>) -> Self {
        Self { world, named: Answers::default(), linked: Answers::default(), lost: Answers::default() }
    }
}

impl Lists for Asked<'_> {
    fn named(&self, space: NameSpace, full_name: &str) -> Option<ListObject> {
        self.named.of((space, full_name.to_owned()), |_| self.world.named(space, full_name))
    }

    fn linked(&self, key: &EntryKey) -> Option<ListObject> {
        self.linked.of(key.clone(), |key| self.world.linked(key))
    }

    fn marked(&self, space: NameSpace, mark: &str) -> Vec<ListObject> {
        self.world.marked(space, mark)
    }

    fn is_made(&self, key: &EntryKey) -> bool {
        self.world.is_made(key)
    }

    fn claimed(&self, space: NameSpace, full_name: &str) -> Option<EntryKey> {
        self.world.claimed(space, full_name)
    }

    fn full(&self, key: &EntryKey, space: NameSpace, kind: &str, beside: u32) -> Option<FullList> {
        self.world.full(key, space, kind, beside)
    }

    fn lost(&self, space: NameSpace, full_name: &str) -> Option<String> {
        self.lost.of((space, full_name.to_owned()), |_| self.world.lost(space, full_name))
    }
}

impl Facts for Asked<'_> {
    fn document(&self, id: &DocumentId) -> Option<Document> {
        self.world.document(id)
    }
}
