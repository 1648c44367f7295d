//! Any sequence of operations, with any ticket.

use std::{collections::BTreeMap, time::Duration};

use proptest::prelude::*;
use web_connector::{CompanyFile, Ended, Opening, Outgoing, Progress, Retry, SessionId};

use crate::support::{Asked, Endpoint, Script, USER};

#[derive(Debug, Clone, Copy)]
enum Step {
    SignIn,
    WrongPassword,
    Next(Ticket),
    Answer(Ticket),
    ConnectionError(Ticket),
    LastError(Ticket),
    Close(Ticket),
    Wait,
    WaitLong,
}

#[derive(Debug, Clone, Copy)]
enum Ticket {
    Newest,
    Older,
    Invented,
}

fn step() -> impl Strategy<Value = Step> {
    let ticket = || prop_oneof![6 => Just(Ticket::Newest), 1 => Just(Ticket::Older), 1 => Just(Ticket::Invented)];
    prop_oneof![
        3 => Just(Step::SignIn),
        1 => Just(Step::WrongPassword),
        6 => ticket().prop_map(Step::Next),
        6 => ticket().prop_map(Step::Answer),
        2 => ticket().prop_map(Step::ConnectionError),
        2 => ticket().prop_map(Step::LastError),
        2 => ticket().prop_map(Step::Close),
        1 => Just(Step::Wait),
        1 => Just(Step::WaitLong),
    ]
}

fn script() -> impl Strategy<Value = Script> {
    let opening = prop_oneof![
        4 => Just(Opening::Work(CompanyFile::Open)),
        1 => Just(Opening::NothingToDo),
        1 => Just(Opening::Busy),
    ];
    let outgoing = prop_oneof![
        4 => Just(Outgoing::Request("<QBXML/>".to_owned())),
        1 => Just(Outgoing::Pause),
        1 => Just(Outgoing::Done),
        1 => Just(Outgoing::Stop("stop".to_owned())),
    ];
    let progress = prop_oneof![
        4 => (0..9_u32, 0..9_u32).prop_map(|(done, remaining)| Progress::Work { done, remaining }),
        1 => Just(Progress::Done),
        1 => Just(Progress::Stop("stop".to_owned())),
    ];
    let retry = prop_oneof![Just(Retry::OpenFile), Just(Retry::GiveUp), Just(Retry::Path("C:\\a.qbw".to_owned()))];
    let many = 0..20_usize;
    (
        prop::collection::vec(opening, many.clone()),
        prop::collection::vec(outgoing, many.clone()),
        prop::collection::vec(progress, many.clone()),
        prop::collection::vec(retry, many),
    )
        .prop_map(|(openings, outgoing, progress, retries)| Script {
            openings: openings.into(),
            outgoing: outgoing.into(),
            progress: progress.into(),
            retries: retries.into(),
            panics_in_next_request: false,
        })
}

async fn run(script: Script, steps: Vec<Step>) -> Vec<Asked> {
    let openings: Vec<Opening> = script.openings.iter().cloned().collect();
    let endpoint = Endpoint::new(script);
    let mut tickets: Vec<String> = Vec::new();
    for step in steps {
        let ticket = |which| match which {
            Ticket::Newest => tickets.last().cloned().unwrap_or_default(),
            Ticket::Older => tickets.first().cloned().unwrap_or_default(),
            Ticket::Invented => "5a0b6a61-6c5c-4d0e-9a51-6f0f5bbf4d11".to_owned(),
        };
        match step {
            Step::SignIn => tickets.push(endpoint.sign_in().await),
            Step::WrongPassword => assert_eq!(endpoint.sign_in_as(USER, "no").await.1, "nvu"),
            Step::Next(which) => drop(endpoint.next(&ticket(which)).await),
            Step::Answer(which) => {
                let percent: i32 = endpoint.answer(&ticket(which), "<QBXML/>").await.parse().unwrap();
                assert!((-1..=100).contains(&percent), "{percent}");
            }
            Step::ConnectionError(which) => {
                drop(endpoint.result("connectionError", &[("ticket", &ticket(which)), ("hresult", "0x1")]).await);
            }
            Step::LastError(which) => assert!(!endpoint.last_error(&ticket(which)).await.is_empty()),
            Step::Close(which) => assert_eq!(endpoint.close(&ticket(which)).await, "OK"),
            Step::Wait => endpoint.clock.advance(Duration::from_mins(10)),
            Step::WaitLong => endpoint.clock.advance(Duration::from_mins(31)),
        }
    }
    let agent = endpoint.agent.clone();
    drop(endpoint);
    // The last session may have to be told from a thread that is just ending.
    let worked = |index: usize| openings.get(index).is_none_or(|opening| matches!(opening, Opening::Work(_)));
    let opened = agent
        .asked()
        .iter()
        .filter(|asked| matches!(asked, Asked::Open(_)))
        .enumerate()
        .filter(|(index, _)| worked(*index))
        .count();
    for _ in 0..1000 {
        if agent.endings().len() >= opened {
            break;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(agent.endings().len(), opened, "each opened session is closed exactly once");
    agent.asked()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_order_of_calls_is_answered_and_each_opened_session_is_closed_once(
        script in script(),
        steps in prop::collection::vec(step(), 0..40),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        let asked = runtime.block_on(run(script, steps));
        let mut closed: BTreeMap<SessionId, Ended> = BTreeMap::new();
        let mut awaiting = false;
        for event in asked {
            let (Asked::Open(id) | Asked::Next(id, _) | Asked::Answered(id, _) | Asked::Refused(id, ..)
                | Asked::ConnectionError(id, ..) | Asked::Closed(id, _)) = &event;
            prop_assert!(!closed.contains_key(id), "a call after the end: {event:?}");
            match event {
                Asked::Open(_) => awaiting = false,
                Asked::Next(..) => awaiting = true,
                Asked::Answered(..) | Asked::Refused(..) => {
                    prop_assert!(awaiting, "an answer to nothing reached the agent");
                    awaiting = false;
                }
                Asked::Closed(id, how) => drop(closed.insert(id, how)),
                Asked::ConnectionError(..) => {}
            }
        }
    }
}
