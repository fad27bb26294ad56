//! Makes this crate's tests find LibTorch at run time and tells dependents where it lies.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if let Some(lib) = std::env::var_os("DEP_AFFEKT_TORCH_LIBTORCH_LIB") {
        let lib = lib.to_string_lossy();
        println!("cargo:libtorch_lib={lib}");
        println!("cargo:rustc-link-arg=-Wl,-rpath,{lib}");
        // Without this the linker drops libtorch.so, and with it the CUDA back end it pulls in.
        println!("cargo:rustc-link-arg=-Wl,--no-as-needed");
        println!("cargo:rustc-link-arg=-ltorch");
    }
}
