# hw_embed_api_assets(): the library hw_api_assets with schema/openapi.yaml (as JSON) and the pages
# of docs/errors, so that the one binary documents itself. Link it where embedded_assets() is called.

function(hw_embed_api_assets)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  file(GLOB pages CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/docs/errors/*.md)
  set(source ${CMAKE_BINARY_DIR}/generated/api_assets.cc)
  set(script ${CMAKE_SOURCE_DIR}/src/api/v1/embed.py)
  set(contract ${CMAKE_SOURCE_DIR}/schema/openapi.yaml)
  add_custom_command(OUTPUT ${source}
    COMMAND ${Python3_EXECUTABLE} ${script} ${contract} ${source} ${pages}
    DEPENDS ${script} ${contract} ${pages}
    COMMENT "Embedding the API's documents")
  add_library(hw_api_assets STATIC ${source})
  hw_target_options(hw_api_assets)
endfunction()
