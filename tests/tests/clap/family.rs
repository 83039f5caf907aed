//! The family of a project, from instance to instance.

use std::time::Duration;

use cultivar_gui::Breeding;

use crate::growth::alone;
use crate::host::Event;
use crate::windowless::Instance;

/// An instance with a turned knob and a family, and its state.
fn project() -> (Instance, Vec<u8>) {
    let mut instance = Instance::running();
    instance.sound_of(512, &[Event::Set("Filter 1 Cutoff", 0.25)]);
    instance.add_parents(&["Warm Pad", "Reese"]);
    instance.ask(Breeding::NewLitter);
    instance.wait_for_litters(1);
    instance.ask(Breeding::Love { child: 5, on: true });
    instance.wait("a heart", |family| family.children[5].loved);
    let heart = |state: &[u8]| String::from_utf8_lossy(state).contains(r#"\"loved\":true"#);
    let mut state = instance.save();
    while !heart(&state) {
        std::thread::sleep(Duration::from_millis(2));
        state = instance.save();
    }
    (instance, state)
}

#[test]
fn a_family_is_saved_in_the_project() {
    let _alone = alone();
    let (mut before, state) = project();
    let mut after = Instance::running();
    assert!(after.load(&state));
    assert_eq!(after.save(), state, "before anybody looks at it");
    // Nobody opens an editor.
    let family = after.wait_for_litters(1);
    assert_eq!(family, before.gardener().family());
    assert_eq!(after.save(), state, "the same bytes");
    // Another one is had from both.
    for instance in [&before, &after] {
        instance.ask(Breeding::Plant(5));
        instance.wait_for_litters(2);
    }
    assert_eq!(after.gardener().family(), before.gardener().family());
    before.stop();
}

#[test]
fn a_damaged_family_leaves_the_patch_playing() {
    let _alone = alone();
    let (_, state) = project();
    let text = String::from_utf8_lossy(&state[8..]).into_owned();
    let damaged = text.replace(r#"\"presets\":["#, r#"\"presets\":[7,"#);
    assert_ne!(damaged, text);
    let mut bytes = (damaged.len() as u64).to_le_bytes().to_vec();
    bytes.extend(damaged.as_bytes());
    let mut host = Instance::running();
    assert!(host.load(&bytes));
    let family = host.wait("a reason", |family| family.error.is_some());
    assert!(family.error.is_some_and(|error| error.contains("cannot be read: preset 1")));
    assert!((host.value("Filter 1 Cutoff") - 0.25).abs() < 1e-6);
    let sound = host.sound_of(9600, &[Event::On(60, 1)]);
    assert!(sound.iter().flatten().any(|x| x.abs() > 0.01));
    assert_eq!(host.save(), bytes, "nothing of the project is lost");
}

/// A key that plays a child, for 100 ms.
fn child(host: &mut Instance, key: u16) -> [Vec<f32>; 2] {
    host.reset();
    host.sound_of(4800, &[Event::On(key, 1)])
}

fn is_apart(a: &[Vec<f32>; 2], b: &[Vec<f32>; 2]) -> bool {
    a.iter().flatten().zip(b.iter().flatten()).any(|(a, b)| (a - b).abs() > 0.01)
}

#[test]
fn keys_of_the_octave_come_back_with_the_project() {
    let _alone = alone();
    let (mut before, alone) = project();
    let own = child(&mut before, 61);
    before.ask(Breeding::OnKeys(true));
    before.wait("the keys", |family| family.on_keys);
    before.sound_of(512, &[]);
    let children = [61, 66].map(|key| child(&mut before, key));
    assert!(
        children.iter().all(|child| is_apart(child, &own)) && is_apart(&children[0], &children[1])
    );
    let mut state = before.save();
    while state == alone {
        std::thread::sleep(Duration::from_millis(2));
        state = before.save();
    }

    // Into an instance that runs.
    let mut running = Instance::running();
    assert!(running.load(&state));
    running.wait("the keys", |family| family.on_keys);
    running.sound_of(512, &[]);
    assert_eq!([61, 66].map(|key| child(&mut running, key)), children);
    assert_eq!(running.save(), state, "it is no change of the project");
    // A project whose keys play its own sound.
    assert!(running.load(&alone));
    assert!(!is_apart(&child(&mut running, 61), &own), "at once");
    running.wait("its own keys", |family| !family.on_keys && !family.litters.is_empty());
    assert!(!is_apart(&child(&mut running, 61), &own));

    // Into one that renders offline as soon as it is loaded.
    let mut offline = Instance::running();
    offline.stop();
    offline.set_offline();
    assert!(offline.load(&state));
    offline.start(48_000.0, 1024);
    assert_eq!([61, 66].map(|key| child(&mut offline, key)), children);
}
