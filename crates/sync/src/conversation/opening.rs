//! The beginning and the end of a session: which company file this is, whether it or our own data is an older copy, and
//! the count of sessions by which that is seen.

use jiff::Timestamp;
use qbxml::{AnswerSet, MessageSet, MessageSetId, OnError, Recovery};
use serde::{Deserialize, Serialize};
use store::StoreError;
use tracing::warn;

use super::{Conversation, Fault, Pending, Phase, numbered};
use crate::{
    company::{self, Company, Pairing, Verdict},
    integration::{Integration, Stage},
    messages::Message,
};

/// What is known here of the sessions in which something was posted; the company file keeps a count of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Sessions {
    /// The newest one's number, written down before the company file is asked to count it.
    begun: u32,
    /// The newest one that the company file said it counted.
    counted: u32,
    /// The newest one that came to its orderly end.
    ended: u32,
}

impl Conversation {
    pub(super) fn identified(&mut self, answers: AnswerSet, now: Timestamp) -> Result<(), Fault> {
        let told = |name: &str| {
            let fine = |answer: &qbxml::Answer| answer.head.status.class() == qbxml::Class::Fine;
            answers.answers.iter().any(|answer| answer.head.name == name && fine(answer))
        };
        if !(told("CompanyQuery") && told("PreferencesQuery")) {
            let words: Vec<_> = answers.answers.iter().map(|answer| answer.head.status.message.as_str()).collect();
            self.stop(Message::new("company.unknown").with("message", words.join("; ")));
            return Ok(());
        }
        let company = Company::from_answers(&self.with.file_name, answers.answers);
        let pairing: Option<Pairing> = self.store.setting("pairing")?;
        match company.judge(&self.with.installation, pairing.as_ref(), self.with.configured_file.as_deref()) {
            Verdict::Refuse(message) => self.stop(message),
            // Before the start nothing is written to any company file, and any may be looked at.
            Verdict::Pair if Integration::of(&self.store)?.stage == Stage::NotStarted => {
                let known: Option<Company> = self.store.setting("company")?;
                if known.is_some_and(|known| !company::same_file(&known.file_name, &self.with.file_name)) {
                    self.store.forget_lists(now)?;
                }
                self.work_with(company, now)?;
            }
            Verdict::Pair if !self.is_the_one()? => {
                let expected = Integration::of(&self.store)?.company_file.unwrap_or_default();
                let file = &self.with.file_name;
                self.stop(Message::new("company.wrong_file").with("file", file).with("expected", expected));
            }
            Verdict::Pair if self.pairing_tried => self.stop(Message::new("company.pairing_failed")),
            Verdict::Pair => {
                self.pairing_tried = true;
                self.phase = Phase::Pair;
            }
            Verdict::Adopt => {
                let pairing = Pairing { file_name: self.with.file_name.clone(), paired_at: now };
                self.store.set_setting("pairing", &pairing, "paired with the company file", now)?;
                self.work_with(company, now)?;
            }
            Verdict::Work => self.work_with(company, now)?,
        }
        Ok(())
    }

    /// Whether the open company file is the one with which the integration was started.
    fn is_the_one(&self) -> Result<bool, StoreError> {
        let started_with = Integration::of(&self.store)?.company_file;
        Ok(started_with.is_none_or(|file| company::same_file(&file, &self.with.file_name)))
    }

    /// Whether something is to be written to a company file that does not know yet that it is ours: the integration was
    /// started in this very session, or somebody asked for something before it.
    pub(super) fn must_pair(&mut self) -> bool {
        let must = self.company.as_ref().is_some_and(|company| company.paired_with.is_none());
        self.pairing_tried |= must;
        must
    }

    fn work_with(&mut self, company: Company, now: Timestamp) -> Result<(), Fault> {
        let known = self.sessions()?;
        let theirs = company.sessions.unwrap_or_default();
        if theirs < known.counted {
            self.stop(Message::new("company.older").with("file", &self.with.file_name));
            return Ok(());
        }
        // Our own data may be older than the company file, when a backup of it was restored; or the last session broke off.
        // In each case something may be in QuickBooks that is not known here.
        let recovered: Option<serde_json::Value> = self.store.setting(store::RECOVERED)?;
        let recovered = recovered.is_some_and(|recovery| !recovery.is_null());
        if theirs > known.begun || known.ended < known.begun || recovered {
            warn!("something may be in QuickBooks that is not known here: it is looked for before it is posted");
            self.store.set_setting("look_first", &now, "something may be in QuickBooks that is not known here", now)?;
            if recovered {
                self.store.set_setting(store::RECOVERED, &serde_json::Value::Null, "taken into account", now)?;
            }
        }
        self.look_first = self.store.setting("look_first")?;
        let known: Option<Company> = self.store.setting("company")?;
        if known.is_none_or(|known| known.likeness() != company.likeness()) {
            self.store.remap_open(now)?;
        }
        // The count of sessions moves with each that posts: it is no change of what the file is like.
        let told = Company { sessions: None, ..company.clone() };
        self.store.set_setting("company", &told, "what QuickBooks says of itself", now)?;
        let world = self.store.world()?;
        let before = world.company();
        world.check()?;
        self.store.save_company(&company.for_mapping(&before), now)?;
        match company.obstacle() {
            Some(message) => self.stop(message),
            None => self.phase = Phase::Recover,
        }
        self.company = Some(company);
        Ok(())
    }

    /// Has the company file count this session, before anything is posted in it.
    pub(super) fn count_session(&mut self, company: &Company, now: Timestamp) -> Result<String, Fault> {
        let known = self.sessions()?;
        let begun = known.begun.max(company.sessions.unwrap_or_default()).saturating_add(1);
        self.store.set_setting("sessions", &Sessions { begun, ..known }, "a session that posts", now)?;
        let requests = numbered(vec![company.count_session(begun)])?;
        let id = (self.new_set_id)()?;
        let xml = MessageSet { requests, on_error: OnError::Continue, recovery: Recovery::New(id.clone()) }.to_xml()?;
        self.pending = Some(Pending::CountSession(id));
        Ok(xml)
    }

    pub(super) fn session_is_counted(
        &mut self,
        id: MessageSetId,
        answers: &AnswerSet,
        now: Timestamp,
    ) -> Result<(), Fault> {
        match answers.answers.first().map(|answer| &answer.head.status) {
            Some(status) if status.class() == qbxml::Class::Fine => {
                let known = self.sessions()?;
                let counted = Sessions { counted: known.begun, ..known };
                self.store.set_setting("sessions", &counted, "the company file counted the session", now)?;
                self.session_counted = true;
                self.last_settled = Some(id);
            }
            status => {
                let words = status.map(|status| status.message.clone()).unwrap_or_default();
                self.stop(Message::new("quickbooks.stopped").with("message", words));
            }
        }
        Ok(())
    }

    /// Notes that the session came to its orderly end: whatever it posted is known here.
    pub(super) fn note_end(&mut self, now: Timestamp) -> Result<(), Fault> {
        let known = self.sessions()?;
        if known.ended != known.begun && self.left_open.is_empty() {
            self.store.set_setting(
                "sessions",
                &Sessions { ended: known.begun, ..known },
                "the session came to its end",
                now,
            )?;
        }
        self.phase = Phase::Over(None);
        Ok(())
    }

    fn sessions(&self) -> Result<Sessions, StoreError> {
        Ok(self.store.setting("sessions")?.unwrap_or_default())
    }
}
