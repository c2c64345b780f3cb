/// Commands whose handlers are not part of this program yet.
private func unavailable(_ arguments: ParsedArguments) -> CommandFailure {
  CommandFailure("'\(arguments.command.invocation)' is not available", .internalError)
}

func runRun(_ arguments: ParsedArguments) async throws -> ExitCode {
  throw unavailable(arguments)
}

func runIngest(_ arguments: ParsedArguments) async throws -> ExitCode {
  throw unavailable(arguments)
}

func runExport(_ arguments: ParsedArguments) async throws -> ExitCode {
  throw unavailable(arguments)
}

func runStoreInfo(_ arguments: ParsedArguments) async throws -> ExitCode {
  throw unavailable(arguments)
}

func runStoreCheck(_ arguments: ParsedArguments) async throws -> ExitCode {
  throw unavailable(arguments)
}

func runStoreClose(_ arguments: ParsedArguments) async throws -> ExitCode {
  throw unavailable(arguments)
}
