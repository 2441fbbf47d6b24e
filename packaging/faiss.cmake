# How FAISS is compiled: for speed where Fettle uses it (flat and inverted-file indexes, distances),
# cheaply elsewhere (product quantisers, graphs, binary indexes: templates that take most of the time
# and are never called). Half the minutes of its build; the same code runs in a search.
#
# CMake reads this file before FAISS's own description, since `.cargo/config.toml` names it as the
# toolchain; the call below is put off until that description is through.
if(NOT CMAKE_SOURCE_DIR MATCHES "faiss$" OR FETTLE_FAISS_DEFERRED)
  return()
endif()
set(FETTLE_FAISS_DEFERRED TRUE)

function(fettle_compile_cheaply_what_is_not_used)
  get_target_property(sources faiss SOURCES)
  list(FILTER sources INCLUDE REGEX "\\.cpp$")
  list(FILTER sources EXCLUDE REGEX
    "^(Clustering|IVFlib|Index|IndexFlat|IndexFlatCodes|IndexIDMap|IndexIVF|IndexIVFFlat)\\.cpp$")
  list(FILTER sources EXCLUDE REGEX
    "^impl/(AuxIndexStructures|IDSelector|io|zerocopy_io|mapped_io)|^invlists/")
  list(FILTER sources EXCLUDE REGEX
    "^utils/(Heap|distances|extra_distances|partitioning|random|sorting|utils)")
  list(TRANSFORM sources PREPEND "${CMAKE_SOURCE_DIR}/faiss/")
  set_source_files_properties(${sources} TARGET_DIRECTORY faiss PROPERTIES COMPILE_OPTIONS -O1)
  target_compile_options(faiss_c PRIVATE -O1)
endfunction()
cmake_language(DEFER CALL fettle_compile_cheaply_what_is_not_used)
