//! One session after the other, in the usual order and in every other.

use std::time::Duration;

use web_connector::{CompanyFile, Ended, Hello, Opening, Outgoing, Progress, Retry};

use crate::support::{Asked, Endpoint, PASSWORD, Script, USER};

const REQUEST: &str = "<?xml version=\"1.0\"?><?qbxml version=\"13.0\"?><QBXML a='1'>Wax &amp; Wick</QBXML>";
const RESPONSE: &str = "<?xml version=\"1.0\" ?><QBXML>Caf\u{e9} &lt;1&gt;</QBXML>";

#[tokio::test]
async fn a_whole_session_hands_requests_out_and_brings_the_answers_back() {
    let endpoint = Endpoint::new(Script {
        outgoing: [Outgoing::Request(REQUEST.to_owned()), Outgoing::Request("<second/>".to_owned())].into(),
        progress: [Progress::Work { done: 1, remaining: 2 }, Progress::Done].into(),
        ..Script::default()
    });
    assert_eq!(endpoint.result("serverVersion", &[]).await, "Bookkeeper 1.2.3");
    assert_eq!(endpoint.result("clientVersion", &[("strVersion", "2.3.0.215")]).await, "");
    let (ticket, company_file) = endpoint.sign_in_as(USER, PASSWORD).await;
    assert_eq!(company_file, "");

    let first = [
        ("ticket", ticket.as_str()),
        ("strHCPResponse", "<QBXML>host</QBXML>"),
        ("strCompanyFileName", r"C:\Books\Shop & Co.qbw"),
        ("qbXMLCountry", "US"),
        ("qbXMLMajorVers", "16"),
        ("qbXMLMinorVers", "0"),
    ];
    assert_eq!(endpoint.result("sendRequestXML", &first).await, REQUEST);
    assert_eq!(endpoint.answer(&ticket, RESPONSE).await, "33");
    assert_eq!(endpoint.next(&ticket).await, "<second/>");
    let refused =
        [("ticket", ticket.as_str()), ("response", ""), ("hresult", "0x80040400"), ("message", "parse error")];
    assert_eq!(endpoint.result("receiveResponseXML", &refused).await, "100");
    assert_eq!(endpoint.close(&ticket).await, "OK");

    let asked = endpoint.agent.asked();
    let Asked::Open(id) = asked[0] else { panic!("{asked:?}") };
    let hello = Hello {
        company_file_name: r"C:\Books\Shop & Co.qbw".to_owned(),
        country: "US".to_owned(),
        qbxml_major: 16,
        qbxml_minor: 0,
        host_company_preferences: Some("<QBXML>host</QBXML>".to_owned()),
    };
    let expected = [
        Asked::Open(id),
        Asked::Next(id, Some(hello)),
        Asked::Answered(id, RESPONSE.to_owned()),
        Asked::Next(id, None),
        Asked::Refused(id, "0x80040400".to_owned(), "parse error".to_owned()),
        Asked::Closed(id, Ended::Closed),
    ];
    assert_eq!(asked, expected);
    assert_ne!(id.to_string(), ticket, "the id may be logged, the ticket may not");
}

#[tokio::test]
async fn each_opening_has_its_keyword_and_only_work_opens_a_session() {
    let path = r"C:\Books\Shop.qbw";
    for (opening, verdict, opens) in [
        (Opening::Work(CompanyFile::Open), "", true),
        (Opening::Work(CompanyFile::Path(path.to_owned())), path, true),
        (Opening::NothingToDo, "none", false),
        (Opening::Busy, "busy", false),
    ] {
        let endpoint = Endpoint::new(Script { openings: [opening].into(), ..Script::default() });
        let (ticket, answered) = endpoint.sign_in_as(USER, PASSWORD).await;
        assert_eq!(answered, verdict);
        assert!(!ticket.is_empty());
        assert_eq!(!endpoint.next(&ticket).await.is_empty(), opens);
        endpoint.close(&ticket).await;
        assert_eq!(endpoint.agent.endings().len(), usize::from(opens));
    }
}

#[tokio::test]
async fn progress_is_what_the_counts_say_and_never_100_while_work_remains() {
    for (done, remaining, percent) in
        [(0, 0, "0"), (0, 7, "0"), (1, 2, "33"), (999_999, 1, "99"), (5, 0, "99"), (u32::MAX, u32::MAX, "50")]
    {
        let endpoint =
            Endpoint::new(Script { progress: [Progress::Work { done, remaining }].into(), ..Script::default() });
        let ticket = endpoint.sign_in().await;
        endpoint.next(&ticket).await;
        assert_eq!(endpoint.answer(&ticket, "<QBXML/>").await, percent, "{done} done, {remaining} remaining");
    }
}

#[tokio::test]
async fn a_pause_is_an_empty_request_with_noop_and_then_goes_on() {
    let endpoint = Endpoint::new(Script { outgoing: [Outgoing::Pause, Outgoing::Pause].into(), ..Script::default() });
    let ticket = endpoint.sign_in().await;
    for _ in 0..2 {
        assert_eq!(endpoint.next(&ticket).await, "");
        assert_eq!(endpoint.last_error(&ticket).await, "NoOp");
        assert_eq!(endpoint.last_error(&ticket).await, "NoOp", "asking twice changes nothing");
    }
    assert_eq!(endpoint.next(&ticket).await, "<QBXML/>");
    assert_eq!(endpoint.answer(&ticket, "<QBXML/>").await, "50");
}

#[tokio::test]
async fn a_stop_before_a_request_tells_the_user_why_and_asks_the_agent_nothing_more() {
    let stop = Outgoing::Stop("This is another company file.".to_owned());
    let endpoint = Endpoint::new(Script { outgoing: [stop].into(), ..Script::default() });
    let ticket = endpoint.sign_in().await;
    assert_eq!(endpoint.next(&ticket).await, "");
    assert_eq!(endpoint.last_error(&ticket).await, "This is another company file.");
    assert_eq!(endpoint.next(&ticket).await, "");
    assert_eq!(endpoint.last_error(&ticket).await, "This is another company file.");
    assert_eq!(endpoint.close(&ticket).await, "OK");
    assert_eq!(endpoint.agent.asked().len(), 3);
}

#[tokio::test]
async fn a_stop_after_an_answer_is_a_negative_percent_with_the_reason() {
    let stop = Progress::Stop("QuickBooks is in single-user mode.".to_owned());
    let endpoint = Endpoint::new(Script { progress: [stop].into(), ..Script::default() });
    let ticket = endpoint.sign_in().await;
    endpoint.next(&ticket).await;
    assert_eq!(endpoint.answer(&ticket, "<QBXML/>").await, "-1");
    assert_eq!(endpoint.last_error(&ticket).await, "QuickBooks is in single-user mode.");
    assert_eq!(endpoint.close(&ticket).await, "OK");
    assert_eq!(endpoint.agent.endings(), [Ended::Closed]);
}

#[tokio::test]
async fn done_and_an_empty_request_end_the_loop_without_a_pause() {
    for outgoing in [Outgoing::Done, Outgoing::Request(String::new())] {
        let endpoint = Endpoint::new(Script { outgoing: [outgoing].into(), ..Script::default() });
        let ticket = endpoint.sign_in().await;
        assert_eq!(endpoint.next(&ticket).await, "");
        assert_eq!(endpoint.last_error(&ticket).await, "Nothing left to do.");
        assert_eq!(endpoint.next(&ticket).await, "", "the agent is not asked again");
        endpoint.close(&ticket).await;
        assert_eq!(endpoint.agent.asked().len(), 3);
    }
}

#[tokio::test]
async fn an_answer_that_arrives_twice_reaches_the_agent_once() {
    let endpoint = Endpoint::new(Script::default());
    let ticket = endpoint.sign_in().await;
    endpoint.next(&ticket).await;
    assert_eq!(endpoint.answer(&ticket, "<QBXML/>").await, "50");
    assert_eq!(endpoint.answer(&ticket, "<QBXML/>").await, "50");
    assert_eq!(endpoint.agent.asked().len(), 3);
}

#[tokio::test]
async fn an_answer_to_nothing_stops_the_session_and_never_reaches_the_agent() {
    let endpoint = Endpoint::new(Script::default());
    let ticket = endpoint.sign_in().await;
    assert_eq!(endpoint.answer(&ticket, "<QBXML/>").await, "-1");
    assert_eq!(endpoint.answer(&ticket, "<QBXML/>").await, "-1");
    assert!(endpoint.last_error(&ticket).await.contains("nothing was asked for"));
    assert_eq!(endpoint.agent.asked().len(), 1);
}

#[tokio::test]
async fn a_request_asked_for_again_before_its_answer_is_the_agents_to_recover() {
    let endpoint = Endpoint::new(Script::default());
    let ticket = endpoint.sign_in().await;
    endpoint.next(&ticket).await;
    assert_eq!(endpoint.next(&ticket).await, "<QBXML/>");
    let asked = endpoint.agent.asked();
    assert!(matches!(asked[1..], [Asked::Next(_, Some(_)), Asked::Next(_, None)]), "{asked:?}");
}

#[tokio::test]
async fn an_empty_answer_without_an_error_is_an_answer_and_one_with_a_message_is_a_refusal() {
    let endpoint = Endpoint::new(Script::default());
    let ticket = endpoint.sign_in().await;
    endpoint.next(&ticket).await;
    endpoint.answer(&ticket, "").await;
    endpoint.next(&ticket).await;
    endpoint.result("receiveResponseXML", &[("ticket", &ticket), ("message", "gone")]).await;
    let asked = endpoint.agent.asked();
    assert!(matches!(&asked[2], Asked::Answered(_, xml) if xml.is_empty()), "{asked:?}");
    assert!(matches!(&asked[4], Asked::Refused(_, hresult, message) if hresult.is_empty() && message == "gone"));
}

#[tokio::test]
async fn a_new_sign_in_replaces_the_open_session() {
    let endpoint = Endpoint::new(Script::default());
    let old = endpoint.sign_in().await;
    endpoint.next(&old).await;
    let new = endpoint.sign_in().await;
    assert_ne!(old, new);
    assert_eq!(endpoint.agent.endings(), [Ended::Replaced]);
    assert_eq!(endpoint.answer(&old, "<QBXML/>").await, "-1", "the old ticket is worth nothing");
    assert_eq!(endpoint.next(&new).await, "<QBXML/>");
    let asked = endpoint.agent.asked();
    assert!(matches!(
        asked[..],
        [Asked::Open(_), Asked::Next(..), Asked::Closed(..), Asked::Open(_), Asked::Next(_, Some(_))]
    ));
}

#[tokio::test]
async fn a_failed_sign_in_leaves_the_open_session_alone() {
    let endpoint = Endpoint::new(Script::default());
    let ticket = endpoint.sign_in().await;
    endpoint.sign_in_as(USER, "wrong").await;
    assert_eq!(endpoint.next(&ticket).await, "<QBXML/>");
}

#[tokio::test(start_paused = true)]
async fn a_session_expires_when_it_is_idle_and_not_while_it_is_heard_of() {
    let endpoint = Endpoint::new(Script::default());
    let ticket = endpoint.sign_in().await;
    for _ in 0..3 {
        endpoint.clock.advance(Duration::from_mins(29));
        assert_eq!(endpoint.next(&ticket).await, "<QBXML/>");
    }
    endpoint.clock.advance(Duration::from_mins(30));
    assert_eq!(endpoint.next(&ticket).await, "");
    assert_eq!(endpoint.agent.endings(), [Ended::Expired]);
    assert!(endpoint.last_error(&ticket).await.contains("has ended"));
}

#[tokio::test]
async fn a_session_that_is_never_heard_of_again_expires_without_another_call() {
    let mut config = crate::support::config();
    config.session_idle = Duration::from_millis(50);
    let endpoint = Endpoint::with_config(Script::default(), config);
    endpoint.sign_in().await;
    endpoint.clock.advance(Duration::from_millis(50));
    endpoint.agent.wait_for_an_ending().await;
    assert_eq!(endpoint.agent.endings(), [Ended::Expired]);
}

#[tokio::test]
async fn a_session_that_is_open_when_the_service_goes_away_is_shut_down() {
    let Endpoint { router, agent, .. } = {
        let endpoint = Endpoint::new(Script::default());
        endpoint.sign_in().await;
        endpoint
    };
    assert_eq!(agent.endings(), []);
    drop(router);
    agent.wait_for_an_ending().await;
    assert_eq!(agent.endings(), [Ended::ShutDown]);
}

#[tokio::test]
async fn a_connection_error_is_answered_with_the_next_file_or_done() {
    let path = r"D:\Other.qbw";
    let endpoint = Endpoint::new(Script {
        retries: [Retry::Path(path.to_owned()), Retry::OpenFile, Retry::OpenFile].into(),
        ..Script::default()
    });
    let ticket = endpoint.sign_in().await;
    let parameters =
        [("ticket", ticket.as_str()), ("hresult", "0x80040408"), ("message", "Could not start QuickBooks.")];
    assert_eq!(endpoint.result("connectionError", &parameters).await, path);
    assert_eq!(endpoint.result("connectionError", &parameters).await, "");
    assert_eq!(endpoint.agent.endings(), []);
    assert_eq!(endpoint.result("connectionError", &parameters).await, "done", "a third failure ends the session");
    assert_eq!(endpoint.agent.endings(), [Ended::ConnectionFailed]);
    assert_eq!(endpoint.result("connectionError", &parameters).await, "done");
    assert_eq!(endpoint.close(&ticket).await, "OK");
    assert_eq!(endpoint.agent.endings(), [Ended::ConnectionFailed]);
}

#[tokio::test]
async fn giving_up_after_a_connection_error_ends_the_session() {
    let endpoint = Endpoint::new(Script { retries: [Retry::GiveUp].into(), ..Script::default() });
    let ticket = endpoint.sign_in().await;
    assert_eq!(endpoint.result("connectionError", &[("ticket", &ticket)]).await, "done");
    assert_eq!(endpoint.agent.endings(), [Ended::ConnectionFailed]);
}

#[tokio::test]
async fn an_unknown_ticket_never_faults() {
    let endpoint = Endpoint::new(Script::default());
    for ticket in ["", "x", "2f1b3a1e-9f6e-4bb1-8a3f-3f0d4c2b1a00", "{}", "\u{1f4a3}"] {
        assert_eq!(endpoint.next(ticket).await, "");
        assert_eq!(endpoint.answer(ticket, "<QBXML/>").await, "-1");
        assert_eq!(endpoint.result("connectionError", &[("ticket", ticket)]).await, "done");
        assert!(!endpoint.last_error(ticket).await.is_empty());
        assert_eq!(endpoint.close(ticket).await, "OK");
    }
    assert_eq!(endpoint.agent.asked(), []);
}

#[tokio::test]
async fn another_ticket_does_not_touch_the_open_session() {
    let endpoint = Endpoint::new(Script::default());
    let old = endpoint.sign_in().await;
    let ticket = endpoint.sign_in().await;
    for other in [old.as_str(), "", "2f1b3a1e-9f6e-4bb1-8a3f-3f0d4c2b1a00"] {
        endpoint.close(other).await;
        endpoint.result("connectionError", &[("ticket", other)]).await;
    }
    assert_eq!(endpoint.agent.endings(), [Ended::Replaced]);
    assert_eq!(endpoint.next(&ticket).await, "<QBXML/>");
}

#[tokio::test]
async fn missing_parameters_never_fault() {
    let endpoint = Endpoint::new(Script::default());
    for operation in [
        "serverVersion",
        "clientVersion",
        "authenticate",
        "sendRequestXML",
        "receiveResponseXML",
        "connectionError",
        "getLastError",
        "closeConnection",
        "getInteractiveURL",
        "interactiveDone",
        "interactiveRejected",
    ] {
        endpoint.call(operation, &[]).await;
    }
    let ticket = endpoint.sign_in().await;
    endpoint.result("sendRequestXML", &[("ticket", &ticket)]).await;
    let asked = endpoint.agent.asked();
    assert!(
        matches!(&asked[1], Asked::Next(_, Some(hello)) if hello.qbxml_major == 0 && hello.host_company_preferences.is_none())
    );
}

#[tokio::test]
async fn an_agent_that_panics_costs_one_fault_and_the_session_goes_on() {
    let endpoint = Endpoint::new(Script { panics_in_next_request: true, ..Script::default() });
    let ticket = endpoint.sign_in().await;
    let (status, fault) = endpoint.post(crate::support::envelope("sendRequestXML", &[("ticket", &ticket)])).await;
    assert_eq!(status, 500);
    assert!(fault.contains("<faultcode>soap:Server</faultcode>"), "{fault}");
    endpoint.agent.script.clear_poison();
    endpoint.agent.script.lock().unwrap().panics_in_next_request = false;
    assert_eq!(endpoint.next(&ticket).await, "<QBXML/>");
    assert!(matches!(endpoint.agent.asked()[2], Asked::Next(_, Some(_))), "the greeting was not lost");
    endpoint.close(&ticket).await;
    assert_eq!(endpoint.agent.endings(), [Ended::Closed]);
}
