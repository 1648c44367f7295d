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
//!    company file counts the session, so that an older copy of the company file or of our own data is noticed.
//! 5. **Prove**: where a tie-out is wanted, and once a day, read the company file's own report of what is booked.
//! 6. **Forget**: let QuickBooks drop the last stored answer.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};

use books::{Entry, EntryKey};
use jiff::{Timestamp, civil::Date};
use qbxml::{AnswerSet, HResult, IdError, MessageSet, MessageSetId, OnError, Recovery, Request, RequestId};
use store::{Outcome, RunId, SentSet, Store, StoreError};
use tracing::{info, warn};

use crate::{
    company::{self, Company, Installation},
    hindrance,
    lists::{self, List, Part, Reading, Seen},
    messages::Message,
    tieout::Period,
};

mod opening;
mod posting;
mod proving;
mod recovery;

/// The mapping of documents to entries, as the conversation needs it: [`crate::Engine`] has the merchant's mapping.
pub trait Mapper: Send + Sync {
    /// Maps up to `limit` documents that are new or changed, and stores what they come to. Returns how many there were.
    fn map_some(&self, run: RunId, limit: u32, now: Timestamp) -> Result<u32, StoreError>;

    /// The company file's lists are read. Before the start, what it would carry over is worked out, and it is started where
    /// the merchant has asked for that beforehand.
    fn lists_are_read(&self, run: RunId, now: Timestamp) -> Result<(), StoreError>;
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
    LookBack {
        set: SentSet,
        entries: Vec<Entry>,
    },
    ReadLists,
    Post,
    /// The days of the report that are still to be read, once they are known.
    Prove(Option<VecDeque<Date>>),
    Forget,
    Over(Option<Message>),
}

/// What was asked and not answered yet.
enum Pending {
    Identify,
    Pair,
    Ask(SentSet),
    LookBack { set: SentSet, entries: Vec<Entry> },
    List(List),
    CountSession(MessageSetId),
    Post { id: MessageSetId, entries: Sent, sent_at: Timestamp },
    Report(Date),
    Forget,
}

/// The entries of a message set in the order of sending, each with its request's id.
type Sent = Vec<(RequestId, Entry)>;

/// With whom a conversation is held, and on whose behalf.
pub struct Parties {
    /// This installation.
    pub installation: Installation,
    /// The company file's path as QuickBooks gives it.
    pub file_name: String,
    /// The company file's path as the merchant gives it, if she does.
    pub configured_file: Option<String>,
    /// The run that the session's entries belong to.
    pub run: RunId,
    /// When nothing more is begun, so that people get at their company file; the session comes to its orderly end then.
    pub until: Option<Timestamp>,
}

/// A session with QuickBooks.
pub struct Conversation {
    store: Arc<Store>,
    mapper: Arc<dyn Mapper>,
    new_set_id: fn() -> Result<MessageSetId, IdError>,
    with: Parties,
    phase: Phase,
    pending: Option<Pending>,
    /// What [`Conversation::has_more`] found to be next.
    upcoming: Option<Turn>,
    company: Option<Company>,
    pairing_tried: bool,
    session_counted: bool,
    /// Entries from before this time may be in QuickBooks without our knowing.
    look_first: Option<Timestamp>,
    /// Entries that were looked for in this session.
    looked_for: BTreeSet<EntryKey>,
    /// Sets that could not be settled in this session and wait for the next.
    left_open: BTreeSet<MessageSetId>,
    reading: Reading,
    /// When the list that is being read was begun.
    reading_began: Timestamp,
    /// Whether the lists were read anew from their beginning in this session, because they had turned out stale.
    lists_read_again: bool,
    /// Entries that were tried with lists that turned out stale, or upon forms that somebody had touched.
    tried: BTreeSet<EntryKey>,
    /// Entries that are left for the next session.
    passed_over: BTreeSet<EntryKey>,
    /// The period of which this session reads the company file's report because somebody wants it.
    wanted: Option<Period>,
    set_size: u32,
    last_settled: Option<MessageSetId>,
    settled: u32,
    left_early: bool,
}

impl Conversation {
    /// A session that has not begun yet.
    pub fn new(
        store: Arc<Store>,
        mapper: Arc<dyn Mapper>,
        with: Parties,
        new_set_id: fn() -> Result<MessageSetId, IdError>,
    ) -> Self {
        Self {
            store,
            mapper,
            new_set_id,
            with,
            phase: Phase::Identify,
            pending: None,
            upcoming: None,
            company: None,
            pairing_tried: false,
            session_counted: false,
            look_first: None,
            looked_for: BTreeSet::new(),
            left_open: BTreeSet::new(),
            reading: Reading::default(),
            reading_began: Timestamp::UNIX_EPOCH,
            lists_read_again: false,
            tried: BTreeSet::new(),
            passed_over: BTreeSet::new(),
            wanted: None,
            set_size: posting::FIRST_SET,
            last_settled: None,
            settled: 0,
            left_early: false,
        }
    }

    /// The run that the session's entries belong to.
    pub fn run(&self) -> RunId {
        self.with.run
    }

    /// How many entries this session settled.
    pub fn settled(&self) -> u32 {
        self.settled
    }

    /// Whether it ends because its time is over, and not because all is done.
    pub fn left_early(&self) -> bool {
        self.left_early
    }

    /// The company file that this session works with, once QuickBooks has told which one it is.
    pub fn company_file(&self) -> Option<&str> {
        self.company.as_ref().map(|company| company.file_name.as_str())
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
                    let requests = numbered(company::pairing_requests(&self.with.installation))?;
                    let recovery = Recovery::New((self.new_set_id)()?);
                    Some(MessageSet { requests, on_error: OnError::Continue, recovery }.to_xml()?)
                }
                Phase::Recover => self.recover(now)?,
                Phase::LookBack { set, entries } => {
                    let (set, entries) = (set.clone(), entries.clone());
                    self.phase = Phase::Recover;
                    self.look_back(set, entries, now)?
                }
                Phase::ReadLists => self.read_lists(now)?,
                Phase::Post => self.post(now)?,
                Phase::Prove(_) => self.prove(now)?,
                Phase::Forget => self.forget(now)?,
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
        if let Pending::List(list) = pending {
            return self.list_came(list, xml, now);
        }
        if let Pending::Report(day) = pending {
            return self.report_came(day, xml, now);
        }
        let answers = match qbxml::answers(xml) {
            Ok(answers) => answers,
            Err(error) => {
                warn!(%error, "an answer could not be read");
                return self.unreadable(pending, now);
            }
        };
        match pending {
            Pending::Identify => self.identified(answers, now),
            // Whether our id is really there is seen by asking anew.
            Pending::Pair => {
                self.phase = Phase::Identify;
                Ok(())
            }
            Pending::CountSession(id) => self.session_is_counted(id, &answers, now),
            Pending::Ask(set) => self.asked(set, &answers, now),
            Pending::LookBack { set, entries } => self.looked_back(&set, &entries, &answers, now),
            Pending::Post { id, entries, sent_at } => {
                self.took(now.duration_since(sent_at));
                self.take_answers(&id, &entries, &answers, now)
            }
            Pending::Forget => self.note_end(now),
            Pending::List(_) | Pending::Report(_) => Ok(()),
        }
    }

    /// Ends the session wherever it stands: what was sent and not answered becomes uncertain. What never left here waits as
    /// before.
    pub fn close(&mut self, why: &str, now: Timestamp) -> Result<(), Fault> {
        let was_handed_out = self.upcoming.take().is_none();
        match self.pending.take() {
            Some(Pending::Post { id, .. }) if was_handed_out => self.store.doubt(&id, why, now)?,
            Some(Pending::Post { id, entries, .. }) => {
                let again: Vec<_> = entries.iter().map(|(_, entry)| (entry.key.clone(), Outcome::Again)).collect();
                self.store.settle(&id, &again, now)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Ends the session over a fault in our own house; returns what to say.
    pub fn fail(&mut self, fault: &Fault) -> Message {
        let message = match fault {
            // What somebody can do about it is said in words of its own.
            Fault::Store(error @ (StoreError::Busy | StoreError::DiskFull)) => Message::from(error),
            _ => Message::new("session.failed").with("problem", fault),
        };
        self.stop(message.clone());
        message
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
            let alone = entries.len() == 1;
            let fate = |entry: &Entry| {
                let refused = Outcome::Refused { status: u32::from(code).cast_signed(), message: message.to_owned() };
                (entry.key.clone(), if alone { refused } else { Outcome::Again })
            };
            let outcomes: Vec<_> = entries.iter().map(|(_, entry)| fate(entry)).collect();
            // One at a time from here, so that the one it stumbles over is found and the others go through.
            self.set_size = 1;
            self.store.settle(id, &outcomes, now)?;
            return Ok(());
        }
        self.no_answer(pending, "QuickBooks broke off", hindrance::message_of(hresult, message), now)
    }

    fn unreadable(&mut self, pending: Pending, now: Timestamp) -> Result<(), Fault> {
        match pending {
            // The stored answer is no help: look for each entry instead.
            Pending::Ask(set) => self.doubt(set, now),
            Pending::LookBack { set, .. } => {
                self.left_open.insert(set.id);
                Ok(())
            }
            other => {
                let told = Message::new("quickbooks.unreadable_answer");
                self.no_answer(&other, "the answer could not be read", told, now)
            }
        }
    }

    /// The answer is lost: what was sent stays uncertain until the next session asks.
    fn no_answer(&mut self, pending: &Pending, why: &str, told: Message, now: Timestamp) -> Result<(), Fault> {
        if let Pending::Report(_) = pending {
            self.give_up_proof();
            return Ok(());
        }
        if let Pending::Post { id, .. } = pending {
            self.store.doubt(id, why, now)?;
        }
        self.stop(told);
        Ok(())
    }

    fn read_lists(&mut self, now: Timestamp) -> Result<Option<String>, Fault> {
        let Some(list) = self.reading.current() else {
            self.store.follow_choices(now)?;
            self.mapper.lists_are_read(self.with.run, now)?;
            self.phase = Phase::Post;
            return Ok(None);
        };
        let seen: Option<Seen> = self.store.setting(&list.seen_key())?;
        // Lists that turned out stale are read anew from their beginning.
        let since = seen.filter(|_| !self.lists_read_again).and_then(|seen| seen.newest);
        let request = self.reading.question(since);
        self.pending = Some(Pending::List(list));
        Ok(Some(ask(request.into_iter().collect())?))
    }

    /// One part of a list came: read as a stream, a record at a time.
    fn list_came(&mut self, list: List, xml: &str, now: Timestamp) -> Result<(), Fault> {
        let mut reader = qbxml::Reader::new(xml.as_bytes());
        let mut part = Part::default();
        let mut more = None;
        loop {
            match reader.next() {
                Ok(Some(qbxml::Event::Response(head))) => {
                    let told = matches!(head.status.class(), qbxml::Class::Fine | qbxml::Class::Empty);
                    if !told && list == List::Deleted {
                        // What is gone is met at the latest when something refers to it.
                        warn!(status = head.status.message, "QuickBooks does not tell what was deleted");
                    } else if !told {
                        let told = Message::new("quickbooks.list_unreadable").with("message", &head.status.message);
                        self.stop(told);
                        return Ok(());
                    }
                    more = head.iterator_id.filter(|_| head.iterator_remaining.is_some_and(|remaining| remaining > 0));
                }
                Ok(Some(qbxml::Event::Object(object))) => part.take(&object),
                Ok(Some(_)) => {}
                Ok(None) => break,
                // One record that can't be read must not keep all the others out.
                Err(error @ qbxml::ReadError::Object { .. }) => warn!(%error, ?list, "a record of a list was left out"),
                Err(error) => {
                    warn!(%error, ?list, "a list could not be read");
                    self.stop(Message::new("quickbooks.unreadable_answer"));
                    return Ok(());
                }
            }
        }
        self.store.save_changed_lists(&part.rows, now)?;
        self.store.save_account_facts(&part.accounts)?;
        let (accounts, others): (Vec<_>, Vec<_>) =
            part.gone.iter().cloned().partition(|gone| gone.space == books::NameSpace::Account);
        if !others.is_empty() {
            self.store.forget_objects(&others, now)?;
        }
        // An account that items sell to can't be deleted, only merged: they sell to another one now, which QuickBooks does
        // not tell as a change of theirs.
        if self.store.forget_objects(&accounts, now)? > 0 {
            self.store.set_setting(&List::Items.seen_key(), &Seen::default(), "an account is gone", now)?;
        }
        let whole = self.reading.is_whole();
        if let Some(mut seen) = self.reading.came(&part, more) {
            let key = list.seen_key();
            let before: Option<Seen> = self.store.setting(&key)?;
            if before.is_none() {
                self.store.remap_open(now)?;
            }
            if whole {
                self.store.forget_missing(list.kinds(), self.reading_began, now)?;
            }
            seen.newest = seen.newest.max(before.as_ref().and_then(|seen| seen.newest));
            if before.as_ref() != Some(&seen) {
                self.store.set_setting(&key, &seen, "a list of the company file was read", now)?;
            }
            self.reading_began = now;
        }
        Ok(())
    }

    fn forget(&mut self, now: Timestamp) -> Result<Option<String>, Fault> {
        let Some(last) = self.last_settled.take() else {
            self.note_end(now)?;
            return Ok(None);
        };
        self.pending = Some(Pending::Forget);
        let recovery = Recovery::Forget(last);
        Ok(Some(MessageSet { requests: Vec::new(), on_error: OnError::Continue, recovery }.to_xml()?))
    }

    /// Keeps what an answer tells of list objects: what a sale booked is told by the items that were made just before it.
    fn save_rows(&mut self, answers: &AnswerSet, now: Timestamp) -> Result<(), StoreError> {
        let rows: Vec<_> = answers.answers.iter().flat_map(|answer| &answer.objects).filter_map(lists::row).collect();
        self.store.save_lists(&rows, now)?;
        Ok(())
    }

    fn count(&mut self, settled: usize) {
        self.settled = self.settled.saturating_add(u32::try_from(settled).unwrap_or(u32::MAX));
    }
}

fn answer_to<'a>(answers: &'a AnswerSet, request: &RequestId) -> Option<&'a qbxml::Answer> {
    answers.answers.iter().find(|answer| answer.head.request_id.as_ref() == Some(request))
}

/// Request ids sort in the order of sending.
fn request_id(place: usize) -> Result<RequestId, IdError> {
    RequestId::new(&format!("{place:04}"))
}

fn numbered(requests: Vec<Request>) -> Result<Vec<(RequestId, Request)>, IdError> {
    requests.into_iter().enumerate().map(|(place, request)| Ok((request_id(place)?, request))).collect()
}

/// A message set that writes nothing.
fn ask(requests: Vec<Request>) -> Result<String, Fault> {
    Ok(MessageSet { requests: numbered(requests)?, on_error: OnError::Continue, recovery: Recovery::None }.to_xml()?)
}
