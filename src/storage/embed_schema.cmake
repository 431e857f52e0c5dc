# Embeds schema/NNNN_*.sql in hw_storage; included after hw_module(storage). As a script
# (cmake -DOUTPUT=... -DSCHEMA_DIR=... -P) it writes the C++ source.

if(CMAKE_SCRIPT_MODE_FILE)
  file(GLOB files ${SCHEMA_DIR}/[0-9][0-9][0-9][0-9]_*.sql)
  list(SORT files)
  set(text "// Generated from schema/; do not edit.\n#include \"storage/migrations.h\"\n\n")
  string(APPEND text "#include <array>\n\nnamespace headwater::storage {\nnamespace {\n")
  string(APPEND text "constexpr std::array kMigrations{\n")
  set(version 0)
  foreach(file ${files})
    math(EXPR version "${version} + 1")
    get_filename_component(name ${file} NAME_WE)
    string(REGEX REPLACE "^0*([0-9]+)_.*$" "\\1" number ${name})
    if(NOT number EQUAL version)
      message(FATAL_ERROR "schema/${name}.sql: expected number ${version}; there is a gap")
    endif()
    # Read in hex: file(READ) as text would swallow semicolons and brackets.
    file(READ ${file} sql HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" sql "${sql}")
    string(REGEX REPLACE "(\\\\x0a)" "\\1\"\n        \"" sql "${sql}")
    string(APPEND text "    Migration{${version}, \"${name}\",\n        \"${sql}\"},\n")
  endforeach()
  string(APPEND text "};\n}  // namespace\n\n")
  string(APPEND text "std::span<const Migration> embedded_migrations() { return kMigrations; }\n")
  string(APPEND text "\n}  // namespace headwater::storage\n")
  file(WRITE ${OUTPUT} "${text}")
  return()
endif()

file(GLOB hw_schema CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/schema/[0-9][0-9][0-9][0-9]_*.sql)
set(hw_embedded ${CMAKE_BINARY_DIR}/generated/storage/embedded_migrations.cc)
add_custom_command(
  OUTPUT ${hw_embedded}
  COMMAND ${CMAKE_COMMAND} -DOUTPUT=${hw_embedded} -DSCHEMA_DIR=${CMAKE_SOURCE_DIR}/schema
          -P ${CMAKE_SOURCE_DIR}/src/storage/embed_schema.cmake
  DEPENDS ${hw_schema} ${CMAKE_SOURCE_DIR}/src/storage/embed_schema.cmake
  VERBATIM)
target_sources(hw_storage PRIVATE ${hw_embedded})
