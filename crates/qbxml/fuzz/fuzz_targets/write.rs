//! A request that passes its check is written as pure ASCII.
#![no_main]

use libfuzzer_sys::fuzz_target;
use qbxml::{MessageSet, MessageSetId, Recovery, Request, RequestId};

fuzz_target!(|json: &[u8]| {
    let Ok(request) = serde_json::from_slice::<Request>(json) else { return };
    let (Ok(id), Ok(set)) = (RequestId::new("1"), MessageSetId::new("s")) else { return };
    let passes = request.check().is_ok();
    let set = MessageSet { requests: vec![(id, request)], recovery: Recovery::New(set), ..MessageSet::default() };
    match set.to_xml() {
        Ok(xml) => assert!(passes && xml.bytes().all(|byte| matches!(byte, b' '..=b'~'))),
        Err(_) => assert!(!passes),
    }
});
