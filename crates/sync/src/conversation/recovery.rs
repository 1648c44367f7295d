//! What was sent and never answered: QuickBooks' stored answer is asked for, and where it has none, the entries themselves
//! are looked for. Nothing is ever sent again on suspicion (DESIGN.md 4).

use books::{Entry, EntryKey, HeldReason};
use jiff::Timestamp;
use qbxml::{AnswerSet, EditSequence, MessageSet, OnError, Recovery, Request, SetStatus};
use store::{Outcome, SentSet, State, StoreError};
use tracing::info;

use super::{Conversation, Fault, Pending, Phase, Sent, answer_to, ask, posting, request_id};
use crate::{
    lists::Reading,
    questions,
    settle::{self, Found},
    target::Target,
};

/// Entries, each with the question that tells of it.
#[derive(Default)]
pub(super) struct Asking {
    pub entries: Vec<Entry>,
    pub questions: Vec<Request>,
    /// Those whose form is not in QuickBooks any more, as far as is known here, so that nothing can be asked.
    pub lost: Vec<EntryKey>,
}

/// Times that an entry is sent without an answer before somebody has to look at it.
const MOST_TRIES: u32 = 5;

impl Conversation {
    pub(super) fn recover(&mut self, now: Timestamp) -> Result<Option<String>, Fault> {
        let open = self.store.open_sets()?.into_iter().find(|set| !self.left_open.contains(&set.id));
        let Some(set) = open else {
            self.phase = Phase::ReadLists;
            self.reading = Reading::all();
            self.reading_began = now;
            return Ok(None);
        };
        let recovery = Recovery::Ask(set.id.clone());
        let xml = MessageSet { requests: Vec::new(), on_error: OnError::Continue, recovery }.to_xml()?;
        self.pending = Some(Pending::Ask(set));
        Ok(Some(xml))
    }

    /// QuickBooks' stored answer to a set whose answer never came, or word that it has none.
    pub(super) fn asked(&mut self, set: SentSet, answers: &AnswerSet, now: Timestamp) -> Result<(), Fault> {
        if answers.status != Some(SetStatus::Fine) || answers.answers.is_empty() {
            return self.doubt(set, now);
        }
        info!(set = set.id.as_str(), "QuickBooks had kept the lost answer");
        let mut sent = Sent::new();
        for (request, key) in &set.requests {
            if let Some(entry) = self.entry(key)? {
                sent.push((request.clone(), entry));
            }
        }
        self.take_answers(&set.id, &sent, answers, now)
    }

    /// Nobody knows whether the entries of the set were written: look for each of them.
    pub(super) fn doubt(&mut self, set: SentSet, now: Timestamp) -> Result<(), Fault> {
        self.store.doubt(&set.id, "there is no answer that tells", now)?;
        let mut entries = Vec::new();
        for (_, key) in &set.requests {
            entries.extend(self.entry(key)?);
        }
        self.phase = Phase::LookBack { set, entries };
        Ok(())
    }

    fn entry(&self, key: &EntryKey) -> Result<Option<Entry>, StoreError> {
        Ok(self.store.entry(key)?.and_then(|detail| detail.entry))
    }

    /// Asks for every entry of a doubtful set by its number or name, or for the form that it works upon.
    pub(super) fn look_back(
        &mut self,
        set: SentSet,
        entries: Vec<Entry>,
        now: Timestamp,
    ) -> Result<Option<String>, Fault> {
        let Asking { entries, questions, lost } = self.asking(entries)?;
        let held = |key| (key, Outcome::Held(HeldReason::ChangedInQuickBooks));
        self.store.settle(&set.id, &lost.into_iter().map(held).collect::<Vec<_>>(), now)?;
        if entries.is_empty() {
            return Ok(None);
        }
        self.pending = Some(Pending::LookBack { set, entries });
        Ok(Some(ask(questions)?))
    }

    /// The questions that tell of these entries.
    pub(super) fn asking(&self, entries: Vec<Entry>) -> Result<Asking, StoreError> {
        let mut asking = Asking::default();
        for entry in entries {
            let target = Target::of(&self.store, &entry)?;
            match questions::look_back(&entry, target.as_ref()) {
                Some(question) => {
                    asking.questions.push(question);
                    asking.entries.push(entry);
                }
                None => asking.lost.push(entry.key),
            }
        }
        Ok(asking)
    }

    pub(super) fn looked_back(
        &mut self,
        set: &SentSet,
        entries: &[Entry],
        answers: &AnswerSet,
        now: Timestamp,
    ) -> Result<(), Fault> {
        self.save_rows(answers, now)?;
        let lists = self.store.world()?;
        let mut outcomes = Vec::new();
        for (place, entry) in entries.iter().enumerate() {
            let Some(answer) = answer_to(answers, &request_id(place)?) else { continue };
            let target = Target::of(&self.store, entry)?;
            let was_undone = self.was_undone(&entry.key)?;
            let outcome = match settle::looked_back(entry, answer, target.as_ref(), was_undone, &lists) {
                None => continue,
                Some(Found::Fate(outcome)) => outcome,
                Some(Found::Touched(edit_sequence)) => {
                    self.touched(entry, &edit_sequence, now)?;
                    Outcome::Again
                }
            };
            outcomes.push((entry.key.clone(), self.after_look_back(set, entry, outcome)?));
        }
        lists.check()?;
        if outcomes.len() < entries.len() {
            self.left_open.insert(set.id.clone());
        }
        self.count(outcomes.len());
        self.store.settle(&set.id, &outcomes, now)?;
        Ok(())
    }

    /// Whether the entry was in QuickBooks before and was taken back.
    fn was_undone(&self, key: &EntryKey) -> Result<bool, StoreError> {
        let detail = self.store.entry(key)?;
        Ok(detail.is_some_and(|detail| detail.audit.iter().any(|row| row.state == Some(State::Undone))))
    }

    /// Somebody touched the form that an entry works upon, without changing what is booked of it.
    pub(super) fn touched(
        &self,
        entry: &Entry,
        edit_sequence: &EditSequence,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        entry.target().map_or(Ok(()), |target| self.store.refresh(target, edit_sequence, now))
    }

    /// An entry over which QuickBooks breaks off each time must not be sent for ever, nor keep the others waiting. Once it
    /// was released, looking for it first does not hold it again.
    fn after_look_back(&mut self, set: &SentSet, entry: &Entry, outcome: Outcome) -> Result<Outcome, StoreError> {
        if outcome != Outcome::Again {
            return Ok(outcome);
        }
        let tries = self.store.tries(&entry.key)?;
        if tries > 0 {
            // One of the set may be what broke the answer off: alone, it does not take the others with it.
            self.set_size = 1;
        }
        let lost_again = set.purpose == posting::POSTING && tries >= MOST_TRIES;
        Ok(if lost_again { Outcome::Held(HeldReason::NoAnswer { tries }) } else { Outcome::Again })
    }
}
