//! One session with QuickBooks: what is asked, in which order, and what each answer does.
//!
//! It reads no clock and does no network I/O; it is carried by a transport that takes [`Turn::Send`] to QuickBooks and
//! brings back a [`Reply`]. Everything that must survive a kill is in the store before the words that rely on it leave
//! here (DESIGN.md 4):
//!
//! 1. **Identify**: who are you, which company file, may we work with it?
//! 2. **Recover**: for each message set whose answer never came, ask with an empty set under its id; where QuickBooks has
//!    nothing stored, look back by reference number and tag. Nothing is ever sent again on suspicion.
//! 3. **Read lists**: what changed in the company file's lists.
//! 4. **Post**: map what is new, then send ready entries, many to a message set, intent first. Before the first one the
//!    company file counts the session; where its count was ahead of ours, our own data had been restored from a backup,
//!    and whatever it may have forgotten is looked for before it is posted.
//! 5. **Forget**: let QuickBooks drop the last stored answer.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use books::{Entry, EntryKey};
use jiff::{SignedDuration, Timestamp};
use qbxml::{AnswerSet, HResult, IdError, MessageSet, MessageSetId, OnError, Recovery, Request, RequestId, SetStatus};
use store::{NewSet, Outcome, RunId, SentSet, Store, StoreError};
use tracing::{info, warn};

use crate::{
    company::{self, Company, Installation, Pairing, Verdict},
    lists::{self, List, Reading, Seen},
    messages::Message,
    settle::{self, Settled},
};

/// How long a message set should keep QuickBooks busy: longer, and a person at QuickBooks notices.
const SET_SHOULD_TAKE: SignedDuration = SignedDuration::from_secs(4);
/// Entries in the first message set of a session.
const FIRST_SET: u32 = 25;
/// Entries in a message set at most.
const LARGEST_SET: u32 = 100;
/// Documents that are mapped in one step, so that no answer to the Web Connector takes long.
const MAPPED_IN_ONE_STEP: u32 = 500;

/// The mapping of documents to entries, as the conversation needs it: [`crate::Engine`] has the merchant's mapping.
pub trait Mapper: Send + Sync {
    /// Maps up to `limit` documents that are new or changed, and stores what they come to. Returns how many there were.
    fn map_some(&self, run: RunId, limit: u32, now: Timestamp) -> Result<u32, StoreError>;
}

/// What to do next.
#[derive(Debug, PartialEq, Eq)]
pub enum Turn {
    /// Take this document to QuickBooks.
    Send(String),
    /// There is nothing more to do.
    Finished,
    /// It can't go on; say this.
    Stop(Message),
}

/// What QuickBooks said.
#[derive(Clone, Copy, Debug)]
pub enum Reply<'a> {
    /// An answer document.
    Xml(&'a str),
    /// It refused the whole document, or broke down over it.
    Refused {
        /// The HRESULT, such as `0x80040400`.
        hresult: &'a str,
        /// QuickBooks' words.
        message: &'a str,
    },
}

/// Something in our own house went wrong; the session ends, and what was sent is settled by the next.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A request of ours does not pass QuickBooks' limits: a defect of this program.
    #[error("a request does not pass QuickBooks' limits: {0}")]
    Request(#[from] qbxml::Invalid),
    /// An id of ours does not pass QuickBooks' limits: a defect of this program.
    #[error("an id does not pass QuickBooks' limits: {0}")]
    Id(#[from] IdError),
}

enum Phase {
    Identify,
    Pair,
    Recover,
    LookBack { set: SentSet, entries: Vec<Entry> },
    ReadLists,
    Post,
    Forget,
    Over(Option<Message>),
}

/// What was asked and not answered yet.
enum Pending {
    Identify,
    Pair,
    Ask(SentSet),
    LookBack { set: SentSet, entries: Vec<Entry> },
    List { list: List },
    CountSession,
    Post { id: MessageSetId, entries: BTreeMap<RequestId, Entry>, sent_at: Timestamp },
    Forget,
}

/// A session with QuickBooks.
pub struct Conversation {
    store: Arc<Store>,
    mapper: Arc<dyn Mapper>,
    new_set_id: fn() -> Result<MessageSetId, IdError>,
    installation: Installation,
    file_name: String,
    run: RunId,
    phase: Phase,
    pending: Option<Pending>,
    /// What [`Conversation::has_more`] found to be next.
    upcoming: Option<Turn>,
    company: Option<Company>,
    pairing_tried: bool,
    /// How many sessions posted something, this one included once it is counted.
    sessions: u32,
    session_counted: bool,
    /// When it was noticed that our own data had been restored from a backup.
    restored_at: Option<Timestamp>,
    /// Entries that were looked for after a restore and are not in QuickBooks.
    looked_for: BTreeSet<EntryKey>,
    /// Sets that could not be settled in this session and wait for the next.
    left_open: BTreeSet<MessageSetId>,
    reading: Reading,
    lists_changed: bool,
    /// Entries that were tried once with lists that turned out stale.
    tried: BTreeSet<EntryKey>,
    /// Entries that QuickBooks was too busy for.
    busy: BTreeSet<EntryKey>,
    set_size: u32,
    last_settled: Option<MessageSetId>,
    settled: u32,
}

impl Conversation {
    /// A session with the company file at `file_name`, whose entries belong to `run`.
    pub fn new(
        store: Arc<Store>,
        mapper: Arc<dyn Mapper>,
        installation: Installation,
        run: RunId,
        file_name: &str,
        new_set_id: fn() -> Result<MessageSetId, IdError>,
    ) -> Self {
        Self {
            store,
            mapper,
            new_set_id,
            installation,
            file_name: file_name.to_owned(),
            run,
            phase: Phase::Identify,
            pending: None,
            upcoming: None,
            company: None,
            pairing_tried: false,
            sessions: 0,
            session_counted: false,
            restored_at: None,
            looked_for: BTreeSet::new(),
            left_open: BTreeSet::new(),
            reading: Reading::default(),
            lists_changed: false,
            tried: BTreeSet::new(),
            busy: BTreeSet::new(),
            set_size: FIRST_SET,
            last_settled: None,
            settled: 0,
        }
    }

    /// How many entries this session settled.
    pub fn settled(&self) -> u32 {
        self.settled
    }

    /// Why it can't go on, if it can't.
    pub fn stopped(&self) -> Option<Message> {
        match &self.phase {
            Phase::Over(message) => message.clone(),
            _ => None,
        }
    }

    /// Whether there is more to do, so that a transport can tell its other side with the answer and need not ask in vain.
    pub fn has_more(&mut self, now: Timestamp) -> Result<bool, Fault> {
        let turn = self.next(now)?;
        let more = turn != Turn::Finished;
        self.upcoming = Some(turn);
        Ok(more)
    }

    /// What to do next.
    pub fn next(&mut self, now: Timestamp) -> Result<Turn, Fault> {
        if let Some(turn) = self.upcoming.take() {
            return Ok(turn);
        }
        loop {
            let turn = match &self.phase {
                Phase::Identify => {
                    self.pending = Some(Pending::Identify);
                    Some(ask(company::questions())?)
                }
                Phase::Pair => {
                    self.pending = Some(Pending::Pair);
                    let requests = numbered(company::pairing_requests(&self.installation))?;
                    let recovery = Recovery::New((self.new_set_id)()?);
                    Some(MessageSet { requests, on_error: OnError::Continue, recovery }.to_xml()?)
                }
                Phase::Recover => self.recover()?,
                Phase::LookBack { set, entries } => {
                    let (set, entries) = (set.clone(), entries.clone());
                    self.phase = Phase::Recover;
                    Some(self.look_back(set, entries)?)
                }
                Phase::ReadLists => self.read_lists(now)?,
                Phase::Post => self.post(now)?,
                Phase::Forget => self.forget()?,
                Phase::Over(None) => return Ok(Turn::Finished),
                Phase::Over(Some(message)) => return Ok(Turn::Stop(message.clone())),
            };
            if let Some(xml) = turn {
                return Ok(Turn::Send(xml));
            }
        }
    }

    /// Takes in what QuickBooks said to the last [`Turn::Send`]. An answer to nothing, such as one that comes twice, does
    /// nothing.
    pub fn answered(&mut self, reply: Reply<'_>, now: Timestamp) -> Result<(), Fault> {
        let Some(pending) = self.pending.take() else {
            warn!("an answer came that nothing was asked for");
            return Ok(());
        };
        let xml = match reply {
            Reply::Xml(xml) => xml,
            Reply::Refused { hresult, message } => return self.refused(&pending, hresult, message, now),
        };
        if let Pending::List { list } = pending {
            return self.list_came(list, xml, now);
        }
        let answers = match qbxml::answers(xml) {
            Ok(answers) => answers,
            Err(error) => {
                warn!(%error, "an answer could not be read");
                return self.no_answer(
                    &pending,
                    "the answer could not be read",
                    now,
                    Message::new("quickbooks.unreadable_answer"),
                );
            }
        };
        match pending {
            Pending::Identify => self.identified(answers, now),
            Pending::Pair => {
                // Whether it is really there is seen by asking anew.
                self.phase = Phase::Identify;
                Ok(())
            }
            Pending::CountSession => {
                self.session_counted(&answers);
                Ok(())
            }
            Pending::Ask(set) => self.asked(set, &answers, now),
            Pending::LookBack { set, entries } => self.looked_back(&set, &entries, &answers, now),
            Pending::Post { id, entries, sent_at } => {
                let took = now.duration_since(sent_at);
                self.set_size = if took > SET_SHOULD_TAKE {
                    (self.set_size / 2).max(1)
                } else {
                    (self.set_size * 2).min(LARGEST_SET)
                };
                self.take_answers(&id, &entries, &answers, now)
            }
            Pending::Forget => {
                self.phase = Phase::Over(None);
                Ok(())
            }
            Pending::List { .. } => Ok(()),
        }
    }

    /// Ends the session wherever it stands: what was sent and not answered becomes uncertain.
    pub fn close(&mut self, why: &str, now: Timestamp) -> Result<(), Fault> {
        if let Some(Pending::Post { id, .. }) = self.pending.take() {
            self.store.doubt(&id, why, now)?;
        }
        Ok(())
    }

    fn stop(&mut self, message: Message) {
        info!(code = message.code, "the session with QuickBooks stops");
        self.phase = Phase::Over(Some(message));
    }

    fn refused(&mut self, pending: &Pending, hresult: &str, message: &str, now: Timestamp) -> Result<(), Fault> {
        let code = hresult.parse::<HResult>().unwrap_or(HResult::Other(0));
        warn!(hresult, "QuickBooks refused a whole document");
        // A document that QuickBooks can't parse was not carried out, not even in part (PROTOCOL.md c.1).
        if let (Pending::Post { id, entries, .. }, HResult::ParseError) = (pending, code) {
            let outcomes: Vec<_> = if entries.len() == 1 {
                entries
                    .values()
                    .map(|entry| {
                        (
                            entry.key.clone(),
                            Outcome::Refused { status: u32::from(code).cast_signed(), message: message.to_owned() },
                        )
                    })
                    .collect()
            } else {
                entries.values().map(|entry| (entry.key.clone(), Outcome::Again)).collect()
            };
            // One at a time from here, so that the one it stumbles over is found and the others go through.
            self.set_size = 1;
            self.store.settle(id, &outcomes, now)?;
            return Ok(());
        }
        let told =
            Message::new(if code.class() == qbxml::Class::Retry { "quickbooks.busy" } else { "quickbooks.refused" })
                .with("hresult", hresult)
                .with("message", message);
        self.no_answer(pending, "QuickBooks broke off", now, told)
    }

    /// The answer is lost: what was sent stays uncertain until the next session asks.
    fn no_answer(&mut self, pending: &Pending, why: &str, now: Timestamp, told: Message) -> Result<(), Fault> {
        if let Pending::Post { id, .. } = pending {
            self.store.doubt(id, why, now)?;
        }
        self.stop(told);
        Ok(())
    }

    fn identified(&mut self, answers: AnswerSet, now: Timestamp) -> Result<(), Fault> {
        let company =
            Company::from_answers(&self.file_name, answers.answers.into_iter().flat_map(|answer| answer.objects));
        let pairing: Option<Pairing> = self.store.setting("pairing")?;
        match company.judge(&self.installation, pairing.as_ref()) {
            Verdict::Refuse(message) => self.stop(message),
            Verdict::Pair if self.pairing_tried => self.stop(Message::new("company.pairing_failed")),
            Verdict::Pair => {
                self.pairing_tried = true;
                self.phase = Phase::Pair;
            }
            Verdict::Adopt => {
                let pairing = Pairing { file_name: self.file_name.clone(), paired_at: now };
                self.store.set_setting("pairing", &pairing, "paired with the company file", now)?;
                self.work_with(company, now)?;
            }
            Verdict::Work => self.work_with(company, now)?,
        }
        Ok(())
    }

    fn work_with(&mut self, company: Company, now: Timestamp) -> Result<(), Fault> {
        let ours: u32 = self.store.setting("sessions")?.unwrap_or_default();
        if company.sessions.is_some_and(|theirs| theirs > ours) {
            warn!("the company file knows of more sessions than our own data: it was restored from a backup");
            self.store.set_setting("restored_at", &now, "our own data is older than the company file", now)?;
        }
        self.restored_at = self.store.setting("restored_at")?;
        self.sessions = ours.max(company.sessions.unwrap_or_default());
        if self.store.setting::<Company>("company")?.as_ref() != Some(&company) {
            self.store.set_setting("company", &company, "what QuickBooks says of itself", now)?;
        }
        match company.obstacle() {
            Some(message) => self.stop(message),
            None => self.phase = Phase::Recover,
        }
        self.company = Some(company);
        Ok(())
    }

    /// Has the company file count this session, before anything is posted in it.
    fn count_session(&mut self, company: &Company, now: Timestamp) -> Result<String, Fault> {
        self.sessions = self.sessions.saturating_add(1);
        self.store.set_setting("sessions", &self.sessions, "a session that posts", now)?;
        self.pending = Some(Pending::CountSession);
        let requests = numbered(vec![company.count_session(self.sessions)])?;
        let recovery = Recovery::New((self.new_set_id)()?);
        Ok(MessageSet { requests, on_error: OnError::Continue, recovery }.to_xml()?)
    }

    fn session_counted(&mut self, answers: &AnswerSet) {
        match answers.answers.first().map(|answer| &answer.head.status) {
            Some(status) if matches!(status.class(), qbxml::Class::Fine) => self.session_counted = true,
            status => {
                let words = status.map(|status| status.message.clone()).unwrap_or_default();
                self.stop(Message::new("quickbooks.stopped").with("message", words));
            }
        }
    }

    fn recover(&mut self) -> Result<Option<String>, Fault> {
        let open = self.store.open_sets()?.into_iter().find(|set| !self.left_open.contains(&set.id));
        let Some(set) = open else {
            self.phase = Phase::ReadLists;
            self.reading = Reading::all();
            return Ok(None);
        };
        let recovery = Recovery::Ask(set.id.clone());
        let xml = MessageSet { requests: Vec::new(), on_error: OnError::Continue, recovery }.to_xml()?;
        self.pending = Some(Pending::Ask(set));
        Ok(Some(xml))
    }

    /// QuickBooks' stored answer to a set whose answer never came, or word that it has none.
    fn asked(&mut self, set: SentSet, answers: &AnswerSet, now: Timestamp) -> Result<(), Fault> {
        let entries = self.entries_of(&set)?;
        if answers.status == Some(SetStatus::Fine) && !answers.answers.is_empty() {
            info!(set = set.id.as_str(), "QuickBooks had kept the lost answer");
            let by_request = set
                .requests
                .iter()
                .filter_map(|(request, key)| {
                    entries.iter().find(|entry| &entry.key == key).map(|entry| (request.clone(), entry.clone()))
                })
                .collect();
            return self.take_answers(&set.id, &by_request, answers, now);
        }
        self.store.doubt(&set.id, "QuickBooks has no stored answer", now)?;
        self.phase = Phase::LookBack { set, entries };
        Ok(())
    }

    /// Asks for every entry of a doubtful set by its number or name.
    fn look_back(&mut self, set: SentSet, entries: Vec<Entry>) -> Result<String, Fault> {
        let xml = ask(entries.iter().map(settle::look_back).collect())?;
        self.pending = Some(Pending::LookBack { set, entries });
        Ok(xml)
    }

    fn looked_back(
        &mut self,
        set: &SentSet,
        entries: &[Entry],
        answers: &AnswerSet,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let lists = self.store.world()?;
        let mut outcomes = Vec::new();
        for (place, entry) in entries.iter().enumerate() {
            let request = request_id(place)?;
            let answer = answers.answers.iter().find(|answer| answer.head.request_id.as_ref() == Some(&request));
            if let Some(outcome) = answer.and_then(|answer| settle::looked_back(entry, answer, &lists)) {
                outcomes.push((entry.key.clone(), outcome));
            }
        }
        if outcomes.len() < entries.len() {
            self.left_open.insert(set.id.clone());
        }
        lists.check()?;
        self.count(outcomes.len());
        self.store.settle(&set.id, &outcomes, now)?;
        Ok(())
    }

    fn read_lists(&mut self, now: Timestamp) -> Result<Option<String>, Fault> {
        let Some(list) = self.reading.current() else {
            if self.lists_changed {
                self.lists_changed = false;
                self.store.remap_open(now)?;
            }
            self.phase = Phase::Post;
            return Ok(None);
        };
        let seen: Option<Seen> = self.store.setting(&seen_key(list))?;
        // Lists that turned out stale are read anew from their beginning.
        let since = seen.filter(|_| self.tried.is_empty()).and_then(|seen| seen.newest);
        let request = self.reading.question(since);
        self.pending = Some(Pending::List { list });
        Ok(Some(ask(request.into_iter().collect())?))
    }

    /// One part of a list came: read as a stream, a record at a time.
    fn list_came(&mut self, list: List, xml: &str, now: Timestamp) -> Result<(), Fault> {
        let mut reader = qbxml::Reader::new(xml.as_bytes());
        let mut rows = Vec::new();
        let mut more = None;
        loop {
            match reader.next() {
                Ok(Some(qbxml::Event::Response(head))) => {
                    if !matches!(head.status.class(), qbxml::Class::Fine | qbxml::Class::Empty) {
                        let told = Message::new("quickbooks.list_unreadable").with("message", &head.status.message);
                        self.stop(told);
                        return Ok(());
                    }
                    more = head.iterator_id.filter(|_| head.iterator_remaining.is_some_and(|remaining| remaining > 0));
                }
                Ok(Some(qbxml::Event::Object(object))) => rows.extend(lists::row(&object)),
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(error) => {
                    warn!(%error, ?list, "a list could not be read");
                    self.stop(Message::new("quickbooks.unreadable_answer"));
                    return Ok(());
                }
            }
        }
        let changed = self.store.save_lists(&rows, now)?;
        self.lists_changed |= changed > 0;
        if let Some(mut seen) = self.reading.came(&rows, more) {
            let key = seen_key(list);
            let before: Option<Seen> = self.store.setting(&key)?;
            self.lists_changed |= before.is_none();
            seen.newest = seen.newest.max(before.as_ref().and_then(|seen| seen.newest));
            if before.as_ref() != Some(&seen) {
                self.store.set_setting(&key, &seen, "a list of the company file was read", now)?;
            }
        }
        Ok(())
    }

    fn post(&mut self, now: Timestamp) -> Result<Option<String>, Fault> {
        let mapped = self.mapper.map_some(self.run, MAPPED_IN_ONE_STEP, now)?;
        let passed_over = u32::try_from(self.busy.len()).unwrap_or(u32::MAX);
        let ready: Vec<Entry> = self
            .store
            .ready(self.set_size.saturating_add(passed_over))?
            .into_iter()
            .filter(|entry| !self.busy.contains(&entry.key))
            .take(self.set_size as usize)
            .collect();
        if let (false, Some(company)) = (ready.is_empty() || self.session_counted, self.company.clone()) {
            return self.count_session(&company, now).map(Some);
        }
        if let Some(xml) = self.look_for(&ready, now)? {
            return Ok(Some(xml));
        }
        let mut requests = Vec::new();
        let mut entries = BTreeMap::new();
        for entry in ready {
            let store = &self.store;
            let linked = |key: &EntryKey| match store.link(key) {
                Ok(Some(linked)) => match linked.link {
                    books::Link::Transaction(id) => Some(id),
                    books::Link::List(_) => None,
                },
                _ => None,
            };
            let Ok(request) = entry.request(linked) else {
                // What it builds upon is not posted after all: not now.
                self.busy.insert(entry.key.clone());
                continue;
            };
            if let Err(errors) = request.check() {
                let field = errors.first().map(ToString::to_string).unwrap_or_default();
                self.store.hold(&entry.key, &books::HeldReason::DoesNotFit { field }, now)?;
                continue;
            }
            let id = request_id(requests.len())?;
            requests.push((id.clone(), request));
            entries.insert(id, entry);
        }
        if requests.is_empty() {
            if mapped < MAPPED_IN_ONE_STEP {
                self.phase = Phase::Forget;
            }
            return Ok(None);
        }
        let id = (self.new_set_id)()?;
        let recovery = match self.last_settled.take() {
            Some(clear) => Recovery::NewAfter { new: id.clone(), clear },
            None => Recovery::New(id.clone()),
        };
        let xml = MessageSet { requests, on_error: OnError::Continue, recovery }.to_xml()?;
        let requests = entries.iter().map(|(request, entry)| (request.clone(), entry.key.clone())).collect();
        self.store.intend(
            self.run,
            &NewSet { id: id.clone(), xml: xml.clone(), requests, purpose: "post".to_owned() },
            now,
        )?;
        self.pending = Some(Pending::Post { id, entries, sent_at: now });
        Ok(Some(xml))
    }

    /// After our own data was restored from a backup, an entry of the time before may be in QuickBooks without our knowing:
    /// it is treated as if it had been sent and its answer lost.
    fn look_for(&mut self, ready: &[Entry], now: Timestamp) -> Result<Option<String>, Fault> {
        let Some(restored_at) = self.restored_at else { return Ok(None) };
        // A day more than needed, whatever the shop's time zone is.
        let before = restored_at.to_zoned(jiff::tz::TimeZone::UTC).date().tomorrow().unwrap_or(jiff::civil::Date::MAX);
        let entries: Vec<Entry> = ready
            .iter()
            .filter(|entry| entry.date.is_none_or(|date| date <= before) && !self.looked_for.contains(&entry.key))
            .cloned()
            .collect();
        if entries.is_empty() {
            return Ok(None);
        }
        self.looked_for.extend(entries.iter().map(|entry| entry.key.clone()));
        let requests = entries
            .iter()
            .enumerate()
            .map(|(place, entry)| Ok((request_id(place)?, entry.key.clone())))
            .collect::<Result<Vec<_>, IdError>>()?;
        let id = (self.new_set_id)()?;
        let xml = ask(entries.iter().map(settle::look_back).collect())?;
        let purpose = "look for it after a restore".to_owned();
        self.store.intend(
            self.run,
            &NewSet { id: id.clone(), xml: xml.clone(), requests: requests.clone(), purpose: purpose.clone() },
            now,
        )?;
        self.store.doubt(&id, "our own data was restored from a backup", now)?;
        let set = SentSet {
            id,
            run: self.run,
            purpose,
            xml: xml.clone(),
            requests,
            sent_at: now,
            handed_out_at: None,
            doubted: true,
        };
        self.pending = Some(Pending::LookBack { set, entries });
        Ok(Some(xml))
    }

    /// Settles every entry that an answer speaks of; those it passes over stay uncertain.
    fn take_answers(
        &mut self,
        set: &MessageSetId,
        entries: &BTreeMap<RequestId, Entry>,
        answers: &AnswerSet,
        now: Timestamp,
    ) -> Result<(), Fault> {
        // List objects first: what a sale of the same answer booked is told by the items that were made just before it.
        let rows: Vec<_> = answers.answers.iter().flat_map(|answer| &answer.objects).filter_map(lists::row).collect();
        self.store.save_lists(&rows, now)?;
        let lists = self.store.world()?;
        let mut outcomes = Vec::new();
        let mut stop = None;
        let mut stale = false;
        for answer in &answers.answers {
            let Some(entry) = answer.head.request_id.as_ref().and_then(|request| entries.get(request)) else {
                continue;
            };
            let outcome = match settle::settled(entry, answer, self.tried.contains(&entry.key), &lists) {
                Settled::Known(outcome) => outcome,
                Settled::Busy => {
                    self.busy.insert(entry.key.clone());
                    Outcome::Again
                }
                Settled::Stale => {
                    stale = true;
                    self.tried.insert(entry.key.clone());
                    Outcome::Again
                }
                Settled::Doubt => continue,
                Settled::Stop(outcome) => {
                    stop = Some(Message::new("quickbooks.stopped").with("message", &answer.head.status.message));
                    outcome
                }
            };
            outcomes.push((entry.key.clone(), outcome));
        }
        lists.check()?;
        self.count(outcomes.len());
        self.store.settle(set, &outcomes, now)?;
        if outcomes.len() < entries.len() {
            self.store.doubt(set, "the answer passes over some entries", now)?;
            self.left_open.insert(set.clone());
        } else {
            self.last_settled = Some(set.clone());
        }
        if let Some(message) = stop {
            self.stop(message);
        } else if stale {
            self.reading = Reading::all();
            self.lists_changed = true;
            self.phase = Phase::ReadLists;
        }
        Ok(())
    }

    fn forget(&mut self) -> Result<Option<String>, Fault> {
        let Some(last) = self.last_settled.take() else {
            self.phase = Phase::Over(None);
            return Ok(None);
        };
        self.pending = Some(Pending::Forget);
        let recovery = Recovery::Forget(last);
        Ok(Some(MessageSet { requests: Vec::new(), on_error: OnError::Continue, recovery }.to_xml()?))
    }

    fn entries_of(&self, set: &SentSet) -> Result<Vec<Entry>, Fault> {
        let mut entries = Vec::new();
        for (_, key) in &set.requests {
            entries.extend(self.store.entry(key)?.and_then(|detail| detail.entry));
        }
        Ok(entries)
    }

    fn count(&mut self, settled: usize) {
        self.settled = self.settled.saturating_add(u32::try_from(settled).unwrap_or(u32::MAX));
    }
}

fn seen_key(list: List) -> String {
    format!(
        "list.{}",
        serde_json::to_value(list).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
    )
}

fn request_id(place: usize) -> Result<RequestId, IdError> {
    RequestId::new(&place.to_string())
}

fn numbered(requests: Vec<Request>) -> Result<Vec<(RequestId, Request)>, IdError> {
    requests.into_iter().enumerate().map(|(place, request)| Ok((request_id(place)?, request))).collect()
}

/// A message set that writes nothing.
fn ask(requests: Vec<Request>) -> Result<String, Fault> {
    Ok(MessageSet { requests: numbered(requests)?, on_error: OnError::Continue, recovery: Recovery::None }.to_xml()?)
}
