using System.Data.Common;
using System.Text.RegularExpressions;

namespace Shared.Storage;

/// <summary>The few words of SQL that the engines have in common with nobody. All else is written so that each of them takes it.</summary>
internal abstract partial class Dialect
{
    public static readonly Dialect Sqlite = new SqliteDialect();

    public static readonly Dialect Postgres = new PostgresDialect();

    /// <summary>Of who has but the connection.</summary>
    public static Dialect Of(DbConnection connection) => connection is PortableConnection ? Postgres : Sqlite;

    /// <summary>The column that every table has: where a row is, until somebody changes it.</summary>
    public abstract string RowAddress { get; }

    /// <summary>The names of all tables; of SQLite in the order in which they were made.</summary>
    public abstract string Tables { get; }

    /// <summary>The columns of <c>@table</c>: Name, Type, and whether it counts by itself.</summary>
    public abstract string Columns { get; }

    /// <summary>Answers <c>@table</c> when it is there.</summary>
    public abstract string FindTable { get; }

    /// <summary>Answers <c>@column</c> when <c>@table</c> has it.</summary>
    public abstract string FindColumn { get; }

    /// <summary>Every table with a column <c>instance</c>: its name, and whether it has a column <c>blob_id</c>.</summary>
    public abstract string TenantTables { get; }

    /// <summary>A member, or a member of a member, of the JSON in a column of text: as text, or NULL.</summary>
    public abstract string Member(string column, params string[] names);

    /// <summary>The sum of whole numbers, 0 of none: what is more than the greatest of them is that.</summary>
    public abstract string Total(string expression);

    /// <summary>A script of the schema, written as docs/decisions/0009-postgresql.md says, for this engine.</summary>
    public abstract string Script(string portable);

    private sealed class SqliteDialect : Dialect
    {
        public override string RowAddress => "rowid";

        public override string Tables => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid";

        public override string Columns => "SELECT name AS Name, type AS Type, FALSE AS IsCounted FROM pragma_table_info(@table)";

        public override string FindTable => "SELECT name FROM sqlite_master WHERE type = 'table' AND name = @table";

        public override string FindColumn => "SELECT name FROM pragma_table_info(@table) WHERE name = @column";

        public override string TenantTables => """
            SELECT m.name AS Name, EXISTS (SELECT 1 FROM pragma_table_info(m.name) WHERE name = 'blob_id') AS HasBlobs
            FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'instance' WHERE m.type = 'table'
            """;

        public override string Member(string column, params string[] names) => $"{column} ->> '$.{string.Join('.', names)}'";

        // SUM would fail.
        public override string Total(string expression) => $"CAST(TOTAL({expression}) AS INTEGER)";

        public override string Script(string portable) => portable;
    }

    private sealed partial class PostgresDialect : Dialect
    {
        public override string RowAddress => "ctid";

        public override string Tables =>
            "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY table_name";

        public override string Columns => """
            SELECT column_name AS Name, data_type AS Type, is_identity = 'YES' AS IsCounted
            FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = @table ORDER BY ordinal_position
            """;

        public override string FindTable => "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = @table";

        public override string FindColumn =>
            "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = @table AND column_name = @column";

        public override string TenantTables => """
            SELECT c.table_name AS Name, EXISTS (
              SELECT 1 FROM information_schema.columns b
              WHERE b.table_schema = c.table_schema AND b.table_name = c.table_name AND b.column_name = 'blob_id') AS HasBlobs
            FROM information_schema.columns c JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
            WHERE c.table_schema = current_schema() AND c.column_name = 'instance' AND t.table_type = 'BASE TABLE'
            """;

        public override string Member(string column, params string[] names) => $$"""{{column}}::json #>> '{{{string.Join(',', names)}}}'""";

        public override string Total(string expression) => $"CAST(LEAST(COALESCE(SUM({expression}), 0), 9223372036854775807) AS BIGINT)";

        // Text is compared bytewise, as SQLite does, whatever the database was created with.
        public override string Script(string portable) =>
            RowNumber().Replace(Text().Replace(portable, "TEXT COLLATE \"C\""), "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY");

        [GeneratedRegex(@"\bTEXT\b")]
        private static partial Regex Text();

        [GeneratedRegex(@"\bINTEGER PRIMARY KEY\b")]
        private static partial Regex RowNumber();
    }
}
