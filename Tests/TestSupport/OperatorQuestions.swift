/// The questions of an operator in README.md, asked of a store by DuckDB.
public enum OperatorQuestions {
  /// The Python program of a witness, whose first argument is the store's directory: `answers` holds
  /// the rows of each question, in the order of README.md.
  public static let program = """
    import re, sys
    section = open('\(readme)').read().split('## Questions of an operator')[1].split('\\n## ')[0]
    blocks = re.findall(r'```(\\w+)\\n(.*?)```', section, re.S)
    exec(next(text for kind, text in blocks if kind == 'python')
      .replace('runs/smoke-1k/store', sys.argv[1]))
    answers = [operator.execute(text).fetchall() for kind, text in blocks if kind == 'sql']

    """

  /// In the package's directory, three levels above this file.
  private static let readme =
    #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" } + "/README.md"
}
