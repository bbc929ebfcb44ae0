-- dialect: sqlite
CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY, "createdAt" DATETIME);
-- migration
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_User" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "createdAt" DATETIME,
    "lastSeen" DATETIME -- expect: conventions/column-name
);
INSERT INTO "new_User" ("id", "createdAt") SELECT "id", "createdAt" FROM "User";
DROP TABLE "User";
ALTER TABLE "new_User" RENAME TO "User";
PRAGMA foreign_keys=ON;
