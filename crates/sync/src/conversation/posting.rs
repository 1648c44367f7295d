//! Sending entries, intent first, and settling what QuickBooks answers.

use std::collections::{BTreeMap, BTreeSet};

use books::{Body, Entry, EntryKey, HeldReason, Linked, Money, NoRequest, Posting};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use qbxml::{AnswerSet, MessageSet, MessageSetId, OnError, Recovery, RequestId};
use store::{NewSet, Outcome, SentSet, StoreError};

use super::{Conversation, Fault, Pending, Phase, Sent, answer_to, ask, recovery::Asking, request_id};
use crate::{
    integration::{self, Integration, Stage},
    lists::Reading,
    messages::Message,
    preflight,
    settle::{self, Settled},
    target::{Target, is_list_object},
};

/// How long a message set should keep QuickBooks busy: longer, and a person at QuickBooks notices.
const SET_SHOULD_TAKE: SignedDuration = SignedDuration::from_secs(4);
/// Entries in the first message set of a session.
pub(super) const FIRST_SET: u32 = 25;
/// Entries in a message set at most.
const LARGEST_SET: u32 = 100;
/// What a message set is for that writes entries; others only look for them.
pub(super) const POSTING: &str = "post";
/// Documents that are mapped in one step, so that no answer to the Web Connector takes long.
const MAPPED_IN_ONE_STEP: u32 = 500;

impl Conversation {
    /// The next message set with entries in it; none when something was done that may bring some, or when there is nothing
    /// left to send.
    pub(super) fn post(&mut self, now: Timestamp) -> Result<Option<String>, Fault> {
        if self.with.until.is_some_and(|until| now >= until) {
            self.left_early = true;
            self.phase = Phase::Forget;
            return Ok(None);
        }
        let integration = Integration::of(&self.store)?;
        let writes = integration.posts() || !preflight::asked_for(&self.store)?.is_empty();
        if writes && self.must_pair() {
            self.phase = Phase::Pair;
            return Ok(None);
        }
        // Only so much is mapped ahead as fills a set: what waits to be sent stays little, however much there is to do.
        let mut ready = self.sendable(&integration)?;
        if ready.len() < self.set_size as usize {
            let mapped = self.mapper.map_some(self.with.run, MAPPED_IN_ONE_STEP, now)?;
            ready = self.sendable(&integration)?;
            if ready.is_empty() {
                if mapped < MAPPED_IN_ONE_STEP && !integration::advance(&self.store, now)? {
                    self.phase = Phase::Prove(None);
                }
                return Ok(None);
            }
        }
        if let (false, Some(company)) = (self.session_counted, self.company.clone()) {
            return self.count_session(&company, now).map(Some);
        }
        if let Some(xml) = self.look_first(&ready, now)? {
            return Ok(Some(xml));
        }
        let mut requests = Vec::new();
        let mut sent = Sent::new();
        for entry in ready {
            // What it needs is left for the next session, or is not posted after all: so is it.
            let needs_are_left = entry.needs.iter().any(|need| self.passed_over.contains(need));
            let request = (!needs_are_left).then(|| entry.request(|key| self.linked(key)));
            let no_fit = match &request {
                Some(Ok(request)) => request.check().err().map(|errors| errors.first().map(ToString::to_string)),
                Some(Err(error @ (NoRequest::Impossible(..) | NoRequest::PartOfDay))) => Some(Some(error.to_string())),
                Some(Err(NoRequest::NotLinkedYet(_))) | None => None,
            };
            if let Some(field) = &no_fit {
                let field = field.clone().unwrap_or_default();
                self.store.hold(&entry.key, &HeldReason::DoesNotFit { field }, now)?;
            }
            let (Some(Ok(request)), None) = (request, no_fit) else {
                self.passed_over.insert(entry.key.clone());
                continue;
            };
            let id = request_id(requests.len())?;
            requests.push((id.clone(), request));
            sent.push((id, entry));
        }
        if requests.is_empty() {
            return Ok(None);
        }
        let id = (self.new_set_id)()?;
        let recovery = match self.last_settled.take() {
            Some(clear) => Recovery::NewAfter { new: id.clone(), clear },
            None => Recovery::New(id.clone()),
        };
        let xml = MessageSet { requests, on_error: OnError::Continue, recovery }.to_xml()?;
        self.intend(&id, &xml, &sent, POSTING, now)?;
        self.pending = Some(Pending::Post { id, entries: sent, sent_at: now });
        Ok(Some(xml))
    }

    /// Sets of the size that keeps QuickBooks busy for no longer than it should.
    pub(super) fn took(&mut self, time: SignedDuration) {
        self.set_size =
            if time > SET_SHOULD_TAKE { (self.set_size / 2).max(1) } else { (self.set_size * 2).min(LARGEST_SET) };
    }

    /// Ready entries for the next message set, without those that are left for the next session.
    ///
    /// Before the start only what somebody asked for by itself is among them, and of the beginning nothing else until it is
    /// through: it comes before everything else in the order of sending.
    fn sendable(&self, integration: &Integration) -> Result<Vec<Entry>, StoreError> {
        if integration.paused {
            return Ok(Vec::new());
        }
        if integration.stage == Stage::NotStarted {
            let asked = preflight::asked_for(&self.store)?;
            return Ok(asked.into_iter().filter(|entry| !self.passed_over.contains(&entry.key)).collect());
        }
        let of_beginning = integration.stage == Stage::Beginning;
        let passed_over = u32::try_from(self.passed_over.len()).unwrap_or(u32::MAX);
        let ready = self.store.ready(self.set_size.saturating_add(passed_over))?;
        let goes = |entry: &Entry| !of_beginning || entry.is_of_the_beginning();
        let sendable = ready.into_iter().filter(|entry| goes(entry) && !self.passed_over.contains(&entry.key));
        Ok(sendable.take(self.set_size as usize).collect())
    }

    /// Where something that an entry made stands.
    fn linked(&self, key: &EntryKey) -> Option<Linked> {
        Some(self.store.linked(key).ok()??.at)
    }

    /// Where something may be in QuickBooks without our knowing, an entry from before that was noticed is treated as if it
    /// had been sent and its answer lost: it is looked for, and sent only when it is not there. So is what voids or deletes
    /// a transaction: QuickBooks would do that to one that somebody has changed, too.
    fn look_first(&mut self, ready: &[Entry], now: Timestamp) -> Result<Option<String>, Fault> {
        // A day more than needed, whatever the shop's time zone is.
        let until =
            self.look_first.map(|noticed_at| noticed_at.to_zoned(TimeZone::UTC).date().tomorrow().unwrap_or(Date::MAX));
        let doubtful = |entry: &&Entry| {
            let is_old = until.is_some_and(|until| entry.date.is_none_or(|date| date <= until));
            (is_old || takes_out(entry)) && !self.looked_for.contains(&entry.key)
        };
        let entries: Vec<Entry> = ready.iter().filter(doubtful).cloned().collect();
        let Asking { entries, questions, .. } = self.asking(entries)?;
        if entries.is_empty() {
            return Ok(None);
        }
        self.looked_for.extend(entries.iter().map(|entry| entry.key.clone()));
        let mut sent = Sent::new();
        for (place, entry) in entries.iter().enumerate() {
            sent.push((request_id(place)?, entry.clone()));
        }
        let id = (self.new_set_id)()?;
        let xml = ask(questions)?;
        self.intend(&id, &xml, &sent, "look first", now)?;
        self.store.doubt(&id, "QuickBooks is looked at before it is sent", now)?;
        match self.open_set(&id)? {
            Some(set) => self.pending = Some(Pending::LookBack { set, entries }),
            None => self.phase = Phase::Recover,
        }
        Ok(Some(xml))
    }

    fn intend(
        &self,
        id: &MessageSetId,
        xml: &str,
        sent: &Sent,
        purpose: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let requests: Vec<(RequestId, EntryKey)> =
            sent.iter().map(|(request, entry)| (request.clone(), entry.key.clone())).collect();
        let set = NewSet { id: id.clone(), xml: xml.to_owned(), requests, purpose: purpose.to_owned() };
        self.store.intend(self.with.run, &set, now)
    }

    fn open_set(&self, id: &MessageSetId) -> Result<Option<SentSet>, StoreError> {
        Ok(self.store.open_sets()?.into_iter().find(|set| &set.id == id))
    }

    /// Settles every entry that an answer speaks of; those that it leaves open are looked for.
    pub(super) fn take_answers(
        &mut self,
        set: &MessageSetId,
        sent: &Sent,
        answers: &AnswerSet,
        now: Timestamp,
    ) -> Result<(), Fault> {
        self.save_rows(answers, now)?;
        let lists = self.store.world()?;
        let mut outcomes = Vec::new();
        let mut doubtful = Vec::new();
        // Not in QuickBooks after this answer, or not known to be.
        let mut missing: BTreeSet<&EntryKey> = BTreeSet::new();
        let mut told = None;
        let mut stale = false;
        for (request, entry) in sent {
            let again = self.lists_read_again || self.tried.contains(&entry.key);
            let target = Target::of(&self.store, entry)?;
            let settled = answer_to(answers, request)
                .map_or(Settled::Doubt, |answer| settle::settled(entry, answer, target.as_ref(), again, &lists));
            let outcome = match settled {
                Settled::Doubt => {
                    missing.insert(&entry.key);
                    doubtful.push(entry.clone());
                    continue;
                }
                Settled::Known(through @ (Outcome::Posted { .. } | Outcome::Done { .. })) => {
                    if !booked_as_meant(entry, &through, target.as_ref()) {
                        told.get_or_insert(Message::new("quickbooks.booked_otherwise").with("title", &entry.title));
                    }
                    through
                }
                // What it needs did not get through, so that it could not either: that says nothing of itself.
                _ if entry.needs.iter().any(|need| missing.contains(need)) => {
                    self.passed_over.insert(entry.key.clone());
                    Outcome::Again
                }
                Settled::Known(outcome) => outcome,
                Settled::Busy => {
                    self.passed_over.insert(entry.key.clone());
                    Outcome::Again
                }
                Settled::Touched(edit_sequence) => {
                    self.touched(entry, &edit_sequence, now)?;
                    // Somebody who is at it right now is not run after.
                    if !self.tried.insert(entry.key.clone()) {
                        self.passed_over.insert(entry.key.clone());
                    }
                    Outcome::Again
                }
                Settled::Stale => {
                    stale = true;
                    self.tried.insert(entry.key.clone());
                    Outcome::Again
                }
                Settled::Stop(outcome, words) => {
                    told.get_or_insert(Message::new("quickbooks.stopped").with("message", words));
                    outcome
                }
            };
            if !matches!(outcome, Outcome::Posted { .. } | Outcome::Done { .. }) {
                missing.insert(&entry.key);
            }
            outcomes.push((entry.key.clone(), outcome));
        }
        lists.check()?;
        self.count(outcomes.len());
        self.store.settle(set, &outcomes, now)?;
        if let Some(message) = told {
            self.stop(message);
        } else if !doubtful.is_empty() {
            self.store.doubt(set, "the answer leaves some entries open", now)?;
            self.phase = match self.open_set(set)? {
                Some(set) => Phase::LookBack { set, entries: doubtful },
                None => Phase::Recover,
            };
        } else {
            self.last_settled = Some(set.clone());
            if stale {
                // Once in a session: what is refused with lists that were just read is refused for good.
                self.lists_read_again = true;
                self.reading = Reading::all();
                self.reading_began = now;
                self.phase = Phase::ReadLists;
            }
        }
        Ok(())
    }
}

/// Whether it takes a transaction out of the books.
fn takes_out(entry: &Entry) -> bool {
    match &entry.body {
        Body::Void { .. } => true,
        Body::Deletion { before, .. } => !is_list_object(before),
        _ => false,
    }
}

/// Whether QuickBooks booked, by account, what was meant. An answer that does not tell what was booked is no proof to the
/// contrary.
fn booked_as_meant(entry: &Entry, through: &Outcome, target: Option<&Target>) -> bool {
    match (through, target) {
        (Outcome::Done { booked: Some(booked), .. }, Some(target)) => target.is_as_meant(booked),
        (Outcome::Posted { booked, .. }, _) => {
            let mut off: BTreeMap<&str, Money> = entry.postings.by_account();
            for Posting { account, amount, .. } in booked {
                *off.entry(account.as_str()).or_default() -= *amount;
            }
            booked.is_empty() || off.values().all(|amount| amount.is_zero())
        }
        _ => true,
    }
}
