//! How things stand, in one word, and what needs attention: what the tray shows and notifications tell.

use sync::{
    api::{Attention, Overview, Reach, ReachState, Stage},
    integration,
};

/// One word for how things stand, the most pressing first where several fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The integration was not started yet.
    NotSetUp,
    /// Somebody has to decide something.
    NeedsAttention,
    /// Posting is paused.
    Paused,
    /// Shop or QuickBooks can't be reached just now; it goes on by itself.
    Unreachable,
    /// A run or a session with QuickBooks is under way.
    Working,
    /// Up to date.
    Fine,
}

impl Standing {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 6] =
        [Self::NotSetUp, Self::NeedsAttention, Self::Paused, Self::Unreachable, Self::Working, Self::Fine];
}

/// What the tray shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glance {
    /// How things stand.
    pub standing: Standing,
    /// How many causes need attention.
    pub attention: usize,
    /// Whether there is anything to sync or to pause.
    pub is_at_work: bool,
    /// The version that can be installed, if there is one.
    pub update: Option<String>,
}

impl From<&Overview> for Glance {
    fn from(overview: &Overview) -> Self {
        let attention = needs_attention(overview).len();
        let is_at_work = is_at_work(overview);
        let standing = if !is_at_work {
            Standing::NotSetUp
        } else if attention > 0 {
            Standing::NeedsAttention
        } else if overview.paused {
            Standing::Paused
        } else if passes(&overview.shop_reach) || passes(&overview.quickbooks_reach) {
            Standing::Unreachable
        } else if overview.running {
            Standing::Working
        } else {
            Standing::Fine
        };
        Self { standing, attention, is_at_work, update: None }
    }
}

/// What somebody has to do something about; during the onboarding nothing, for that is told there. A QuickBooks that is
/// closed, or a shop that is offline, is no such thing: it passes.
pub fn needs_attention(overview: &Overview) -> Vec<Attention> {
    if !is_at_work(overview) {
        return Vec::new();
    }
    let passing: Vec<_> = [&overview.shop_reach, &overview.quickbooks_reach]
        .into_iter()
        .filter(|reach| passes(reach))
        .filter_map(|reach| reach.message.as_ref())
        .collect();
    let trouble = overview.trouble.clone().map(|message| Attention { message, entries: 0 });
    let points = overview.status.attention.iter().filter(|point| !passing.contains(&&point.message)).cloned();
    trouble.into_iter().chain(points).collect()
}

fn is_at_work(overview: &Overview) -> bool {
    overview.status.stage != Stage::NotSetUp && overview.integration != integration::Stage::NotStarted
}

/// Whether it can't be reached, and will be again without anybody's doing.
fn passes(reach: &Reach) -> bool {
    match reach.state {
        ReachState::Waiting | ReachState::Closed | ReachState::Offline => true,
        ReachState::Unknown | ReachState::Reached | ReachState::Refused => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use sync::{Host, Message, Secrets, engine::SystemClock, host::Runs};

    use super::*;

    /// An installation that was started and is fine.
    fn fine() -> Overview {
        let folder = tempfile::tempdir().unwrap();
        let secrets = Secrets::new(folder.path(), |_| None);
        let host = Host::open(folder.path(), secrets, std::sync::Arc::new(SystemClock), Runs::ByHand).unwrap();
        let mut overview = sync::api::overview(&host).unwrap();
        assert_eq!(Glance::from(&overview).standing, Standing::NotSetUp);
        overview.integration = integration::Stage::Done;
        overview.status.stage = Stage::Fine;
        overview.status.attention.clear();
        overview.shop_reach.state = ReachState::Reached;
        overview.quickbooks_reach.state = ReachState::Reached;
        overview
    }

    fn point(code: &str) -> Attention {
        Attention { message: Message::new(code), entries: 0 }
    }

    #[test]
    fn all_is_well_until_something_is_not() {
        let fine = fine();
        assert_eq!(
            Glance::from(&fine),
            Glance { standing: Standing::Fine, attention: 0, is_at_work: true, update: None }
        );
        let working = Overview { running: true, ..fine.clone() };
        assert_eq!(Glance::from(&working).standing, Standing::Working);
        let paused = Overview { paused: true, ..working };
        assert_eq!(Glance::from(&paused).standing, Standing::Paused);
        let mut needed = paused;
        needed.status.attention = vec![point("a"), point("b")];
        assert_eq!(
            Glance::from(&needed),
            Glance { standing: Standing::NeedsAttention, attention: 2, is_at_work: true, update: None }
        );
    }

    #[test]
    fn a_shop_that_is_offline_is_waited_for_and_needs_nobody() {
        let mut overview = fine();
        let message = Some(Message::new("shop.offline"));
        overview.shop_reach = Reach { state: ReachState::Offline, at: None, message };
        overview.status.stage = Stage::NeedsAttention;
        overview.status.attention = vec![point("shop.offline")];
        assert_eq!(
            Glance::from(&overview),
            Glance { standing: Standing::Unreachable, attention: 0, is_at_work: true, update: None }
        );
    }

    #[test]
    fn a_shop_that_lets_nobody_in_needs_somebody() {
        let mut overview = fine();
        let message = Some(Message::new("shop.sign_in"));
        overview.shop_reach = Reach { state: ReachState::Refused, at: None, message };
        overview.status.attention = vec![point("shop.sign_in")];
        assert_eq!(Glance::from(&overview).standing, Standing::NeedsAttention);
    }

    #[test]
    fn a_port_that_is_taken_needs_somebody() {
        let overview = Overview { trouble: Some(Message::new("quickbooks.port")), ..fine() };
        assert_eq!(Glance::from(&overview).standing, Standing::NeedsAttention);
    }

    #[test]
    fn during_the_onboarding_nothing_is_told_outside_of_it() {
        let mut overview = fine();
        overview.integration = integration::Stage::NotStarted;
        overview.status.attention = vec![point("token.not_given")];
        assert_eq!(needs_attention(&overview), []);
        assert_eq!(
            Glance::from(&overview),
            Glance { standing: Standing::NotSetUp, attention: 0, is_at_work: false, update: None }
        );
    }
}
