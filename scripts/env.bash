# Copyright 2026 The person_tracker authors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

# Source this in bash to have the built workspace on the paths of a shell: `source scripts/env.bash`.
#
# With a ROS 2 installation sourced before, only the virtual environment's Python packages and the
# workspace are added; without one, ROS 2 itself comes from the virtual environment.
# shellcheck shell=bash

_person_tracker_env() {
  local root venv python folder libraries
  root="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)"
  venv="$root/.venv"
  python="$venv/bin/python3"
  if [ ! -x "$python" ]; then
    echo "There is no environment in $venv yet: run $root/scripts/setup first." >&2
    return 1
  fi
  case ":$PATH:" in *":$venv/bin:"*) ;; *) export PATH="$venv/bin:$PATH" ;; esac
  if [ -f "$venv/local_setup.sh" ]; then  # written by scripts/setup where ROS 2 comes from wheels
    libraries="$venv/lib"
    for folder in "$venv"/lib/python3*/site-packages/ros_*.libs; do
      libraries="$libraries:$folder"
    done
    case ":${LD_LIBRARY_PATH:-}:" in
      *":$venv/lib:"*) ;;
      *) export LD_LIBRARY_PATH="$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" ;;
    esac
    case ":${AMENT_PREFIX_PATH:-}:" in
      *":$venv:"*) ;;
      *) export AMENT_PREFIX_PATH="$venv${AMENT_PREFIX_PATH:+:$AMENT_PREFIX_PATH}" ;;
    esac
    case ":${CMAKE_PREFIX_PATH:-}:" in
      *":$venv:"*) ;;
      *) export CMAKE_PREFIX_PATH="$venv${CMAKE_PREFIX_PATH:+:$CMAKE_PREFIX_PATH}" ;;
    esac
    export RMW_IMPLEMENTATION="${RMW_IMPLEMENTATION:-rmw_fastrtps_cpp}"
    # Without this the wheels start every interpreter twice, to set LD_LIBRARY_PATH in between.
    export _ROS_WHEELS_BOOTSTRAP_COMPLETE=1
  fi
  if [ -f "$root/install/local_setup.bash" ]; then
    # colcon's file runs this without quotes; the real interpreter seldom has a space in its path.
    local COLCON_PYTHON_EXECUTABLE
    COLCON_PYTHON_EXECUTABLE="$(readlink -f "$python")"
    case $- in
      *u*) set +u; source "$root/install/local_setup.bash"; set -u ;;
      *) source "$root/install/local_setup.bash" ;;
    esac
  fi
}

_person_tracker_env
