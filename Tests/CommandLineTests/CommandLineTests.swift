import Testing
@testable import amr
@Test func x() { #expect(Bool(true)) }
