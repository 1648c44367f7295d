//! What is to be done about updates, and when: a state machine without a network, a clock or a window.

use jiff::{SignedDuration, Timestamp};
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde::{Deserialize, Serialize};
use specta::Type;
use sync::{
    Message,
    api::{UpdateChannel, UpdateRecord},
};

/// From one check to the next, give or take [`SPREAD`].
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// By how much a check may come earlier or later, so that not all installations ask at the same time.
const SPREAD: SignedDuration = SignedDuration::from_hours(1);
/// When the first check comes after the start, at the earliest and at the latest: what the start has to do comes first.
const FIRST: [SignedDuration; 2] = [SignedDuration::from_secs(10), SignedDuration::from_mins(1)];
/// How long until something that failed is tried again; it doubles with each failure up to a day.
const AGAIN: SignedDuration = SignedDuration::from_hours(1);
/// How long somebody has for saying "later" once an update is ready.
const GRACE: SignedDuration = SignedDuration::from_hours(1);
/// How long "later" is.
const LATER: SignedDuration = SignedDuration::from_hours(24);

/// A version that is newer than this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Release {
    /// Its version.
    pub version: String,
    /// What is new in it, in plain text, as its publisher wrote it.
    pub notes: String,
    /// When it was published (RFC 3339, UTC).
    pub published_at: Option<String>,
}

/// How far an update is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum UpdateState {
    /// This program looks for no updates.
    Off {
        /// Why.
        message: Message,
    },
    /// Nothing newer is known.
    UpToDate,
    /// It is asked whether there is something newer.
    Checking,
    /// There is something newer, and it will be downloaded at once.
    Available {
        /// What it is.
        release: Release,
    },
    /// It is being downloaded.
    Downloading {
        /// What it is.
        release: Release,
        /// How much of it is here, in percent.
        percent: u32,
    },
    /// It was downloaded, and its signature is right.
    Ready {
        /// What it is.
        release: Release,
        /// From when on it is installed without anybody's doing, at a quiet moment while the window is closed (RFC 3339,
        /// UTC); none if only when somebody says so.
        by_itself_at: Option<String>,
    },
    /// It is to be installed as soon as the moment is quiet.
    Waiting {
        /// What it is.
        release: Release,
        /// What is waited for.
        message: Message,
    },
    /// It is being installed; the program ends, and comes back as the new version.
    Installing {
        /// What it is.
        release: Release,
    },
    /// What was offered is not what it should be, and was not taken.
    Refused {
        /// What is wrong with it.
        message: Message,
    },
    /// It could not be had, and is tried again.
    Failed {
        /// What went wrong.
        message: Message,
        /// When it is tried again (RFC 3339, UTC).
        again_at: String,
    },
}

impl UpdateState {
    fn release(&self) -> Option<&Release> {
        match self {
            Self::Available { release }
            | Self::Downloading { release, .. }
            | Self::Ready { release, .. }
            | Self::Waiting { release, .. }
            | Self::Installing { release } => Some(release),
            Self::Off { .. } | Self::UpToDate | Self::Checking | Self::Refused { .. } | Self::Failed { .. } => None,
        }
    }
}

/// How updates stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct UpdateView {
    /// The version that is here.
    pub version: String,
    /// The version from which this one was updated, when that was just now.
    pub updated_from: Option<String>,
    /// Which releases are looked for.
    pub channel: UpdateChannel,
    /// When it was last known whether there is anything newer (RFC 3339, UTC); none since the start of the program.
    pub checked_at: Option<String>,
    /// How far an update is.
    pub state: UpdateState,
}

/// Why there is no update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// What was offered is not what it should be. It will be no other if it is asked for again at once.
    Refused(Message),
    /// It may work another time.
    Failed(Message),
}

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing yet.
    Wait,
    /// Ask whether there is something newer.
    Check(UpdateChannel),
    /// Download this version.
    Download(String),
    /// Install this version.
    Install(String),
}

/// What is so around the program just now.
#[derive(Clone, Debug)]
pub struct Moment {
    /// Now.
    pub now: Timestamp,
    /// Why nothing may be installed; none at a quiet moment.
    pub not_quiet: Option<Message>,
    /// Whether the window is open.
    pub has_window: bool,
    /// Whether an administrator would have to say yes to an installation.
    pub asks_administrator: bool,
}

/// Everything that is decided about updates.
#[derive(Debug)]
pub struct Plan {
    here: String,
    updated_from: Option<String>,
    channel: UpdateChannel,
    state: UpdateState,
    checked_at: Option<Timestamp>,
    /// When the next check is due.
    check_at: Timestamp,
    /// How often in a row it failed.
    failures: u32,
    /// How long somebody has for saying "later".
    grace: SignedDuration,
    /// From when on the release that is ready is installed by itself.
    install_at: Option<Timestamp>,
    /// Somebody wants it installed.
    wanted: bool,
    /// A version whose installation was begun and did not take: it is begun again only when somebody says so.
    stuck: Option<String>,
    dice: StdRng,
}

impl Plan {
    /// The plan at the start of the version `here`; `seed` spreads the checks of all installations over time.
    pub fn new(here: &str, record: &UpdateRecord, now: Timestamp, seed: u64) -> Self {
        let mut dice = StdRng::seed_from_u64(seed);
        let check_at = now + between(&mut dice, FIRST);
        let mut plan = Self {
            here: here.to_owned(),
            updated_from: None,
            channel: record.channel,
            state: UpdateState::UpToDate,
            checked_at: None,
            check_at,
            failures: 0,
            grace: GRACE,
            install_at: None,
            wanted: false,
            stuck: None,
            dice,
        };
        match &record.begun {
            Some(begun) if begun.to == here => plan.updated_from = Some(begun.from.clone()),
            Some(begun) => {
                plan.stuck = Some(begun.to.clone());
                let message = Message::new("update.not_installed").with("version", &begun.to);
                plan.state = UpdateState::Failed { message, again_at: check_at.to_string() };
            }
            None => {}
        }
        plan
    }

    /// A program that looks for no updates, and why.
    #[must_use]
    pub fn off(mut self, message: Message) -> Self {
        self.state = UpdateState::Off { message };
        self
    }

    /// A program that installs what is ready at the first quiet moment.
    #[must_use]
    pub fn at_once(self) -> Self {
        Self { grace: SignedDuration::ZERO, ..self }
    }

    /// What is to be done now. What it returns is begun: its end is to be told.
    pub fn next(&mut self, moment: &Moment) -> Step {
        let is_busy = matches!(
            self.state,
            UpdateState::Off { .. }
                | UpdateState::Checking
                | UpdateState::Downloading { .. }
                | UpdateState::Installing { .. }
        );
        if is_busy {
            return Step::Wait;
        }
        // A clock that was set back must not silence it for longer than a check is apart from the next.
        if self.check_at <= moment.now || self.check_at > moment.now + DAY + SPREAD {
            self.check_at = self.in_a_day(moment.now);
            if self.state.release().is_none() {
                self.state = UpdateState::Checking;
            }
            return Step::Check(self.channel);
        }
        match self.state.clone() {
            UpdateState::Available { release } => {
                let version = release.version.clone();
                self.state = UpdateState::Downloading { release, percent: 0 };
                Step::Download(version)
            }
            UpdateState::Ready { release, .. } | UpdateState::Waiting { release, .. } => self.install(release, moment),
            _ => Step::Wait,
        }
    }

    fn install(&mut self, release: Release, moment: &Moment) -> Step {
        if moment.asks_administrator {
            // There may be nobody to answer.
            self.install_at = None;
        }
        let is_due = self.install_at.is_some_and(|at| at <= moment.now) && !moment.has_window;
        if !self.wanted && !is_due {
            self.state = self.ready(release);
            return Step::Wait;
        }
        if let Some(message) = &moment.not_quiet {
            self.state = UpdateState::Waiting { release, message: message.clone() };
            return Step::Wait;
        }
        let version = release.version.clone();
        self.state = UpdateState::Installing { release };
        Step::Install(version)
    }

    /// The answer to [`Step::Check`]: what is newer than this version, if anything is.
    pub fn checked(&mut self, channel: UpdateChannel, found: Result<Option<Release>, Fault>, now: Timestamp) {
        if channel != self.channel {
            // Somebody chose another meanwhile, and that one is asked next.
            return;
        }
        match found {
            Err(fault) => {
                let is_known = self.state.release().is_some();
                let failed = self.failed(fault, now);
                // What is known and here already is not less true for that.
                if !is_known {
                    self.state = failed;
                }
                return;
            }
            // It was withdrawn, or there never was any.
            Ok(None) => self.forget(),
            Ok(Some(release)) if self.state.release().is_some_and(|known| known.version == release.version) => {}
            Ok(Some(release)) => {
                self.forget();
                self.state = UpdateState::Available { release };
            }
        }
        self.checked_at = Some(now);
        self.check_at = self.in_a_day(now);
    }

    /// How much of a download is here.
    pub fn progressed(&mut self, version: &str, of_hundred: u32) {
        if let UpdateState::Downloading { release, percent } = &mut self.state
            && release.version == version
        {
            *percent = of_hundred.min(100);
        }
    }

    /// The end of [`Step::Download`].
    pub fn downloaded(&mut self, version: &str, done: Result<(), Fault>, now: Timestamp) {
        let UpdateState::Downloading { release, .. } = &self.state else { return };
        if release.version != version {
            return;
        }
        let release = release.clone();
        match done {
            Ok(()) => {
                self.failures = 0;
                self.install_at = (self.stuck.as_ref() != Some(&release.version)).then_some(now + self.grace);
                self.state = self.ready(release);
            }
            Err(fault) => {
                self.wanted = false;
                self.state = self.failed(fault, now);
            }
        }
    }

    /// [`Step::Install`] came to nothing before the program was ended.
    pub fn not_installed(&mut self, fault: Fault, now: Timestamp) {
        self.stuck = self.state.release().map(|release| release.version.clone());
        self.wanted = false;
        self.state = self.failed(fault, now);
    }

    /// Somebody wants to know now.
    pub fn check_now(&mut self, now: Timestamp) {
        self.check_at = now;
    }

    /// Somebody wants it installed, as soon as that may be.
    pub fn install_now(&mut self) {
        self.wanted = self.state.release().is_some();
    }

    /// Somebody wants it later.
    pub fn postpone(&mut self, now: Timestamp) {
        self.wanted = false;
        if let UpdateState::Ready { release, .. } | UpdateState::Waiting { release, .. } = self.state.clone() {
            self.install_at = self.install_at.map(|_| now + LATER);
            self.state = self.ready(release);
        }
    }

    /// Somebody wants the releases of another channel. What is known of the old one is forgotten.
    pub fn choose(&mut self, channel: UpdateChannel, now: Timestamp) {
        if channel == self.channel {
            return;
        }
        self.channel = channel;
        if !matches!(self.state, UpdateState::Off { .. } | UpdateState::Installing { .. }) {
            self.forget();
            self.check_at = now;
        }
    }

    /// How everything stands.
    pub fn view(&self) -> UpdateView {
        UpdateView {
            version: self.here.clone(),
            updated_from: self.updated_from.clone(),
            channel: self.channel,
            checked_at: self.checked_at.map(|at| at.to_string()),
            state: self.state.clone(),
        }
    }

    fn ready(&self, release: Release) -> UpdateState {
        UpdateState::Ready { release, by_itself_at: self.install_at.map(|at| at.to_string()) }
    }

    fn forget(&mut self) {
        self.state = UpdateState::UpToDate;
        (self.failures, self.install_at, self.wanted) = (0, None, false);
    }

    fn failed(&mut self, fault: Fault, now: Timestamp) -> UpdateState {
        match fault {
            Fault::Refused(message) => {
                self.check_at = self.in_a_day(now);
                UpdateState::Refused { message }
            }
            Fault::Failed(message) => {
                let doubled = (0..self.failures).fold(AGAIN, |wait, _| DAY.min(wait * 2));
                self.failures = self.failures.saturating_add(1);
                self.check_at = now + between(&mut self.dice, [doubled * 3 / 4, doubled]);
                UpdateState::Failed { message, again_at: self.check_at.to_string() }
            }
        }
    }

    fn in_a_day(&mut self, now: Timestamp) -> Timestamp {
        now + between(&mut self.dice, [DAY - SPREAD, DAY + SPREAD])
    }
}

fn between(dice: &mut StdRng, [least, most]: [SignedDuration; 2]) -> SignedDuration {
    SignedDuration::from_secs(dice.random_range(least.as_secs()..=most.as_secs()))
}

#[cfg(test)]
mod tests {
    use sync::api::BegunUpdate;

    use super::*;

    const NOW: Timestamp = Timestamp::constant(1_790_000_000, 0);
    const MINUTE: SignedDuration = SignedDuration::from_mins(1);

    fn release(version: &str) -> Release {
        Release { version: version.to_owned(), notes: "It is faster.".to_owned(), published_at: None }
    }

    fn fresh() -> Plan {
        Plan::new("0.1.0", &UpdateRecord::default(), NOW, 7)
    }

    /// Quiet, at night, nobody there.
    fn quiet(now: Timestamp) -> Moment {
        Moment { now, not_quiet: None, has_window: false, asks_administrator: false }
    }

    fn busy(now: Timestamp) -> Moment {
        Moment { not_quiet: Some(Message::new("update.waits.running")), ..quiet(now) }
    }

    /// A plan that has just been asked to check; and when.
    fn checking() -> (Plan, Timestamp) {
        let mut plan = fresh();
        let now = NOW + MINUTE;
        assert_eq!(plan.next(&quiet(now)), Step::Check(UpdateChannel::Stable));
        (plan, now)
    }

    /// A plan with a downloaded version.
    fn ready(version: &str) -> (Plan, Timestamp) {
        let (mut plan, now) = checking();
        plan.checked(UpdateChannel::Stable, Ok(Some(release(version))), now);
        assert_eq!(plan.next(&quiet(now)), Step::Download(version.to_owned()));
        plan.downloaded(version, Ok(()), now);
        (plan, now)
    }

    fn kind(plan: &Plan) -> String {
        serde_json::to_value(plan.view().state)
            .map(|state| state["kind"].as_str().unwrap_or("").to_owned())
            .unwrap_or_default()
    }

    fn offline() -> Fault {
        Fault::Failed(Message::new("update.offline"))
    }

    #[test]
    fn it_looks_shortly_after_the_start_and_not_before() {
        for seed in 0..50 {
            let mut plan = Plan::new("0.1.0", &UpdateRecord::default(), NOW, seed);
            assert_eq!(plan.next(&quiet(NOW + SignedDuration::from_secs(9))), Step::Wait);
            assert_eq!(plan.next(&quiet(NOW + MINUTE)), Step::Check(UpdateChannel::Stable));
        }
    }

    #[test]
    fn it_looks_daily_and_no_two_installations_at_the_same_time() {
        let mut times = std::collections::BTreeSet::new();
        for seed in 0..20 {
            let mut plan = Plan::new("0.1.0", &UpdateRecord::default(), NOW, seed);
            let mut now = NOW + MINUTE;
            for _ in 0..3 {
                assert_eq!(plan.next(&quiet(now)), Step::Check(UpdateChannel::Stable));
                plan.checked(UpdateChannel::Stable, Ok(None), now);
                assert_eq!(kind(&plan), "up_to_date");
                assert_eq!(plan.next(&quiet(now + DAY - SPREAD - MINUTE)), Step::Wait);
                now = now + DAY + SPREAD;
            }
            times.insert(plan.check_at);
        }
        assert!(times.len() > 15, "{times:?}");
    }

    #[test]
    fn the_same_seed_gives_the_same_times() {
        let times = || {
            let (mut plan, now) = checking();
            plan.checked(UpdateChannel::Stable, Ok(None), now);
            plan.check_at
        };
        assert_eq!(times(), times());
    }

    #[test]
    fn what_is_found_is_downloaded_at_once_and_told_with_its_notes() {
        let (mut plan, now) = checking();
        plan.checked(UpdateChannel::Stable, Ok(Some(release("0.2.0"))), now);
        assert_eq!(plan.view().state, UpdateState::Available { release: release("0.2.0") });
        assert_eq!(plan.next(&quiet(now)), Step::Download("0.2.0".to_owned()));
        plan.progressed("0.2.0", 40);
        assert_eq!(plan.view().state, UpdateState::Downloading { release: release("0.2.0"), percent: 40 });
        assert_eq!(plan.next(&quiet(now)), Step::Wait, "it is not begun twice");
        plan.downloaded("0.2.0", Ok(()), now);
        assert_eq!(kind(&plan), "ready");
    }

    #[test]
    fn when_nobody_says_anything_it_is_installed_by_itself_once_nobody_would_be_disturbed() {
        let (mut plan, now) = ready("0.2.0");
        assert_eq!(plan.next(&quiet(now + MINUTE)), Step::Wait, "there was no time to say later");
        let due = now + GRACE;
        assert_eq!(plan.next(&Moment { has_window: true, ..quiet(due) }), Step::Wait);
        assert_eq!(plan.next(&quiet(due)), Step::Install("0.2.0".to_owned()));
        assert_eq!(kind(&plan), "installing");
    }

    #[test]
    fn a_test_needs_not_wait_but_for_a_quiet_moment() {
        let (mut plan, now) = checking();
        plan = plan.at_once();
        plan.checked(UpdateChannel::Stable, Ok(Some(release("0.2.0"))), now);
        plan.next(&quiet(now));
        plan.downloaded("0.2.0", Ok(()), now);
        assert_eq!(plan.next(&busy(now)), Step::Wait);
        assert_eq!(plan.next(&quiet(now)), Step::Install("0.2.0".to_owned()));
    }

    #[test]
    fn it_is_never_installed_in_the_middle_of_anything_whoever_wants_it() {
        let (mut plan, now) = ready("0.2.0");
        plan.install_now();
        let mut now = now;
        for _ in 0..100 {
            now += MINUTE;
            assert_eq!(plan.next(&busy(now)), Step::Wait);
            assert_eq!(kind(&plan), "waiting");
        }
        assert_eq!(plan.next(&quiet(now)), Step::Install("0.2.0".to_owned()));
    }

    #[test]
    fn who_says_now_needs_not_wait_for_the_download_to_be_asked_again() {
        let (mut plan, now) = checking();
        plan.checked(UpdateChannel::Stable, Ok(Some(release("0.2.0"))), now);
        plan.next(&quiet(now));
        plan.install_now();
        plan.downloaded("0.2.0", Ok(()), now);
        let window = Moment { has_window: true, ..quiet(now) };
        assert_eq!(plan.next(&window), Step::Install("0.2.0".to_owned()));
    }

    #[test]
    fn now_without_anything_to_install_is_nothing() {
        let (mut plan, now) = checking();
        plan.install_now();
        plan.checked(UpdateChannel::Stable, Ok(Some(release("0.2.0"))), now);
        plan.next(&quiet(now));
        plan.downloaded("0.2.0", Ok(()), now);
        assert_eq!(plan.next(&quiet(now)), Step::Wait);
    }

    #[test]
    fn later_is_a_day_and_takes_back_now() {
        let (mut plan, now) = ready("0.2.0");
        plan.install_now();
        plan.next(&busy(now));
        plan.postpone(now);
        assert_eq!(kind(&plan), "ready");
        plan.check_at = now + DAY + SPREAD;
        assert_eq!(plan.next(&quiet(now + LATER - MINUTE)), Step::Wait);
        assert_eq!(plan.next(&quiet(now + LATER)), Step::Install("0.2.0".to_owned()));
    }

    #[test]
    fn where_an_administrator_has_to_say_yes_it_waits_for_somebody() {
        let (mut plan, now) = ready("0.2.0");
        let shared = |now| Moment { asks_administrator: true, ..quiet(now) };
        assert_eq!(plan.next(&shared(now + GRACE * 3)), Step::Wait);
        assert!(matches!(plan.view().state, UpdateState::Ready { by_itself_at: None, .. }));
        plan.install_now();
        assert_eq!(plan.next(&shared(now + GRACE * 3)), Step::Install("0.2.0".to_owned()));
    }

    #[test]
    fn what_failed_is_tried_again_later_and_later_but_daily_at_least() {
        let (mut plan, mut now) = checking();
        let mut waits = Vec::new();
        for _ in 0..9 {
            plan.checked(UpdateChannel::Stable, Err(offline()), now);
            assert_eq!(kind(&plan), "failed");
            let at = plan.check_at;
            waits.push(at.duration_since(now).as_hours());
            assert_eq!(plan.next(&quiet(at - MINUTE)), Step::Wait);
            assert_eq!(plan.next(&quiet(at)), Step::Check(UpdateChannel::Stable));
            now = at;
        }
        assert!(waits[0] <= 1 && waits[1] <= 2 && waits[8] >= 18 && waits[8] <= 24, "{waits:?}");
        plan.checked(UpdateChannel::Stable, Ok(None), now);
        assert_eq!(kind(&plan), "up_to_date");
    }

    #[test]
    fn what_was_refused_is_asked_for_again_the_next_day_and_never_installed() {
        let (mut plan, now) = checking();
        plan.checked(UpdateChannel::Stable, Ok(Some(release("0.2.0"))), now);
        plan.next(&quiet(now));
        plan.install_now();
        plan.downloaded("0.2.0", Err(Fault::Refused(Message::new("update.signature"))), now);
        assert_eq!(plan.view().state, UpdateState::Refused { message: Message::new("update.signature") });
        plan.install_now();
        assert_eq!(plan.next(&quiet(now + DAY - SPREAD - MINUTE)), Step::Wait);
        assert_eq!(plan.next(&quiet(now + DAY + SPREAD)), Step::Check(UpdateChannel::Stable));
    }

    #[test]
    fn what_is_ready_stays_so_while_the_server_is_down() {
        let (mut plan, now) = ready("0.2.0");
        plan.postpone(now);
        let later = now + DAY + SPREAD;
        assert_eq!(plan.next(&Moment { has_window: true, ..quiet(later) }), Step::Check(UpdateChannel::Stable));
        plan.checked(UpdateChannel::Stable, Err(offline()), later);
        assert_eq!(kind(&plan), "ready");
        assert_eq!(plan.next(&quiet(later)), Step::Install("0.2.0".to_owned()));
    }

    #[test]
    fn what_was_withdrawn_is_not_installed_and_what_is_newer_still_takes_its_place() {
        let (mut plan, now) = ready("0.2.0");
        plan.checked(UpdateChannel::Stable, Ok(Some(release("0.3.0"))), now);
        assert_eq!(plan.next(&quiet(now)), Step::Download("0.3.0".to_owned()));
        plan.downloaded("0.2.0", Ok(()), now);
        assert_eq!(kind(&plan), "downloading", "the end of an old download is none of a new one");
        plan.downloaded("0.3.0", Ok(()), now);
        plan.checked(UpdateChannel::Stable, Ok(None), now);
        assert_eq!(kind(&plan), "up_to_date");
        assert_eq!(plan.next(&quiet(now + GRACE)), Step::Wait);
    }

    #[test]
    fn another_channel_is_asked_at_once_and_answers_of_the_old_one_do_not_count() {
        let (mut plan, now) = checking();
        plan.choose(UpdateChannel::Beta, now);
        plan.checked(UpdateChannel::Stable, Ok(Some(release("0.2.0"))), now);
        assert_eq!(plan.next(&quiet(now)), Step::Check(UpdateChannel::Beta));
        plan.checked(UpdateChannel::Beta, Ok(Some(release("0.3.0"))), now);
        assert_eq!(plan.view().state, UpdateState::Available { release: release("0.3.0") });
    }

    #[test]
    fn a_new_version_tells_from_which_one_it_came() {
        let begun = Some(BegunUpdate { from: "0.1.0".to_owned(), to: "0.2.0".to_owned() });
        let plan = Plan::new("0.2.0", &UpdateRecord { begun, ..UpdateRecord::default() }, NOW, 7);
        assert_eq!(plan.view().updated_from.as_deref(), Some("0.1.0"));
        assert_eq!(kind(&plan), "up_to_date");
    }

    #[test]
    fn an_installation_that_did_not_take_is_told_and_not_begun_again_by_itself() {
        let begun = Some(BegunUpdate { from: "0.1.0".to_owned(), to: "0.2.0".to_owned() });
        let mut plan = Plan::new("0.1.0", &UpdateRecord { begun, ..UpdateRecord::default() }, NOW, 7);
        assert_eq!(kind(&plan), "failed");
        let now = NOW + MINUTE;
        plan.next(&quiet(now));
        plan.checked(UpdateChannel::Stable, Ok(Some(release("0.2.0"))), now);
        plan.next(&quiet(now));
        plan.downloaded("0.2.0", Ok(()), now);
        assert_eq!(plan.next(&quiet(now + GRACE * 2)), Step::Wait);
        plan.install_now();
        assert_eq!(plan.next(&quiet(now + GRACE * 2)), Step::Install("0.2.0".to_owned()));
        plan.not_installed(offline(), now);
        assert_eq!(kind(&plan), "failed");
    }

    #[test]
    fn a_clock_set_back_does_not_silence_it() {
        let (mut plan, now) = checking();
        plan.checked(UpdateChannel::Stable, Ok(None), now);
        assert_eq!(plan.next(&quiet(now - DAY * 30)), Step::Check(UpdateChannel::Stable));
    }

    #[test]
    fn a_program_that_takes_no_updates_does_nothing_whoever_asks() {
        let mut plan = fresh().off(Message::new("update.no_key"));
        plan.check_now(NOW);
        plan.install_now();
        plan.choose(UpdateChannel::Beta, NOW);
        assert_eq!(plan.next(&quiet(NOW + DAY)), Step::Wait);
        assert_eq!(kind(&plan), "off");
    }
}
