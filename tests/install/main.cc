// Prints the names of the operators of a snapshot, through the installed library.

#include <iostream>

#include "readers/local_storage.h"
#include "readers/snapshot.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const savvy::LocalStorage storage;
  const savvy::Snapshot snapshot(argv[1], savvy::PathMap(), storage);
  for (const savvy::OperatorState& op : snapshot.metadata().operators) std::cout << op.uid << '\n';
}
