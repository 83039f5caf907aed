//! Inference: ONNX files run by tract, which is built in, or by a native ONNX Runtime.
//!
//! `ort` is the one interface to both. There is one environment for the life of the program, no
//! logger (a logger would outlive an unloaded plug-in) and no telemetry.

use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

use ort::environment::Environment;
use ort::session::builder::GraphOptimizationLevel;
use ort::session::{Session, SessionInputValue, SessionInputs};
use ort::value::{Outlet, TensorRef};

use crate::Refusal;

/// Version of the interface that is asked of a native library: ONNX Runtime 1.24.
const API: u32 = 24;
/// The first version of ONNX Runtime that speaks to its makers unless told not to.
const TALKATIVE: u32 = 29;
/// What a native library from then on wants to read in the surroundings before it is silent.
const SILENCE: &str = "ORT_DISABLE_TELEMETRY";

/// What runs models.
static ENVIRONMENT: OnceLock<Result<Environment, Refusal>> = OnceLock::new();

/// Lets models be run by the native ONNX Runtime at this absolute path. To be called before the
/// first model is loaded; afterwards, and where the library does not fit, it is a refusal and
/// the built-in engine runs.
pub fn use_native(library: &Path) -> Result<(), Refusal> {
    let refused = |reason: String| Refusal::Runtime { library: library.to_owned(), reason };
    if ENVIRONMENT.get().is_some() {
        return Err(refused("models are already running".into()));
    }
    let api = native(library).map_err(refused)?;
    if !ort::set_api(api) {
        return Err(refused("models are already running".into()));
    }
    environment().map(|_| ())
}

/// The interface of a native library, which stays loaded for ever.
fn native(library: &Path) -> Result<ort_sys::OrtApi, String> {
    if !library.is_absolute() {
        return Err("its path must be absolute".into());
    }
    // SAFETY: opening a library runs its initialisers. The player chose it by its whole path;
    // ONNX Runtime's do nothing that is not allowed here.
    let opened = unsafe { libloading::Library::new(library) }.map_err(|e| e.to_string())?;
    let opened = Box::leak(Box::new(opened));
    type Base = unsafe extern "C" fn() -> *const ort_sys::OrtApiBase;
    // SAFETY: a symbol of this name has this type in every ONNX Runtime.
    let base = unsafe { opened.get::<Base>(b"OrtGetApiBase\0") };
    let base = base.map_err(|_| "it is no ONNX Runtime".to_owned())?;
    // SAFETY: the base and its two functions are there as long as the library is loaded, which is
    // for ever; the version is a string of C.
    let version = unsafe {
        let base = base();
        let version = ((*base).GetVersionString)();
        std::ffi::CStr::from_ptr(version).to_string_lossy().into_owned()
    };
    let minor: u32 = version.split('.').nth(1).and_then(|m| m.parse().ok()).unwrap_or(0);
    if minor >= TALKATIVE && std::env::var_os(SILENCE).is_none_or(|value| value != "1") {
        return Err(format!("version {version} sends telemetry unless {SILENCE}=1 is set"));
    }
    // SAFETY: as above; a version that the library does not know gives null.
    let api = unsafe { ((*base()).GetApi)(API) };
    if api.is_null() {
        return Err(format!("version {version} is older than 1.{API}"));
    }
    // SAFETY: it is not null, and the table of functions is plain data.
    Ok(unsafe { std::ptr::read(api) })
}

fn environment() -> Result<&'static Environment, Refusal> {
    let made = ENVIRONMENT.get_or_init(|| {
        // Has no effect where a native library was chosen before.
        ort::set_api(ort_tract::api());
        let environment = ort::init().with_name("cultivar").with_telemetry(false).build();
        environment.map_err(|e| Refusal::Engine(e.to_string()))
    });
    made.as_ref().map_err(Clone::clone)
}

/// A network, ready to be run by any thread, one at a time.
pub(crate) struct Network {
    name: String,
    session: Mutex<Session>,
}

impl Network {
    /// Loads a network from the bytes of an ONNX file.
    pub(crate) fn load(name: &str, onnx: &[u8]) -> Result<Self, Refusal> {
        let unreadable =
            |e: &dyn ToString| Refusal::Unreadable { file: name.into(), reason: e.to_string() };
        let mut builder = Session::builder(environment()?)
            .and_then(|b| Ok(b.with_optimization_level(GraphOptimizationLevel::Level3)?))
            .and_then(|b| Ok(b.with_intra_threads(1)?))
            .and_then(|b| Ok(b.with_intra_op_spinning(false)?))
            .map_err(|e| unreadable(&e))?;
        let session = builder.commit_from_memory(onnx).map_err(|e| unreadable(&e))?;
        Ok(Network { name: name.to_owned(), session: Mutex::new(session) })
    }

    /// Whether it takes one input of each of these shapes.
    pub(crate) fn takes(&self, shapes: &[&[i64]]) -> bool {
        let session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let inputs = session.inputs();
        let fits = |(input, shape): (&Outlet, &&[i64])| {
            input.dtype().tensor_shape().is_some_and(|found| found[..] == **shape)
        };
        inputs.len() == shapes.len() && inputs.iter().zip(shapes).all(fits)
    }

    /// Runs it on inputs with their shapes, in its own order; gives its first output.
    pub(crate) fn run<const N: usize>(
        &self,
        inputs: [(&[usize], &[f32]); N],
    ) -> Result<Vec<f32>, Refusal> {
        let failed =
            |e: ort::Error| Refusal::Failed { file: self.name.clone(), reason: e.to_string() };
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let mut values = Vec::with_capacity(N);
        for input in inputs {
            let tensor = TensorRef::from_array_view(input).map_err(failed)?;
            values.push(SessionInputValue::from(tensor));
        }
        let outputs = session.run(SessionInputs::<N>::ValueSlice(&values)).map_err(failed)?;
        let (_, first) = outputs[0].try_extract_tensor::<f32>().map_err(failed)?;
        Ok(first.to_vec())
    }
}
