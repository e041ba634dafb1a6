#include "CUrdf.h"

#include <console_bridge/console.h>
#include <urdf_model/model.h>
#include <urdf_parser/urdf_parser.h>

#include <cstring>
#include <exception>
#include <map>
#include <mutex>
#include <string>
#include <vector>

struct cu_model {
    urdf::ModelInterfaceSharedPtr parsed; /* owns every string handed out */
    std::vector<cu_link> links;
    std::vector<cu_joint> joints;
    std::vector<cu_shape> shapes;
};

namespace {

/* urdfdom reports through console_bridge's global handler: ours keeps the calling thread's first
 * errors and prints nothing. */
thread_local std::string *collected = nullptr;

class CollectingHandler final : public console_bridge::OutputHandler {
public:
    void log(const std::string &text, console_bridge::LogLevel level, const char *, int) override {
        if (collected == nullptr || level < console_bridge::CONSOLE_BRIDGE_LOG_ERROR) return;
        if (collected->size() > 512) return;
        if (!collected->empty()) collected->append("; ");
        collected->append(text);
    }
};

void install_handler() {
    static CollectingHandler handler;
    static std::once_flag once;
    std::call_once(once, [] { console_bridge::useOutputHandler(&handler); });
}

cu_pose flat(const urdf::Pose &pose) {
    const urdf::Rotation &q = pose.rotation;
    return cu_pose{
        {pose.position.x, pose.position.y, pose.position.z},
        {q.x, q.y, q.z, q.w},
    };
}

cu_link flat(const urdf::Link &link) {
    cu_link out = {};
    out.name = link.name.c_str();
    out.link_from_inertial.quaternion[3] = 1;
    if (link.inertial) {
        const urdf::Inertial &i = *link.inertial;
        const double tensor[6] = {i.ixx, i.ixy, i.ixz, i.iyy, i.iyz, i.izz};
        out.has_inertial = 1;
        out.mass = i.mass;
        out.link_from_inertial = flat(i.origin);
        std::memcpy(out.inertia, tensor, sizeof tensor);
    }
    return out;
}

int32_t flat_kind(const urdf::Joint &joint) {
    switch (joint.type) {
    case urdf::Joint::REVOLUTE: return CU_JOINT_REVOLUTE;
    case urdf::Joint::CONTINUOUS: return CU_JOINT_CONTINUOUS;
    case urdf::Joint::PRISMATIC: return CU_JOINT_PRISMATIC;
    case urdf::Joint::FIXED: return CU_JOINT_FIXED;
    case urdf::Joint::FLOATING: return CU_JOINT_FLOATING;
    case urdf::Joint::PLANAR: return CU_JOINT_PLANAR;
    default: return CU_JOINT_UNKNOWN;
    }
}

cu_joint flat(const urdf::Joint &joint) {
    cu_joint out = {};
    out.name = joint.name.c_str();
    out.parent_link = joint.parent_link_name.c_str();
    out.child_link = joint.child_link_name.c_str();
    out.kind = flat_kind(joint);
    out.parent_from_joint = flat(joint.parent_to_joint_origin_transform);
    out.axis[0] = joint.axis.x;
    out.axis[1] = joint.axis.y;
    out.axis[2] = joint.axis.z;
    if (joint.limits) {
        out.has_limits = 1;
        out.lower = joint.limits->lower;
        out.upper = joint.limits->upper;
        out.effort = joint.limits->effort;
        out.velocity = joint.limits->velocity;
    }
    if (joint.dynamics) {
        out.damping = joint.dynamics->damping;
        out.friction = joint.dynamics->friction;
    }
    if (joint.mimic) {
        out.mimic_joint = joint.mimic->joint_name.c_str();
        out.mimic_multiplier = joint.mimic->multiplier;
        out.mimic_offset = joint.mimic->offset;
    }
    return out;
}

cu_shape flat(const urdf::Geometry *geometry, const urdf::Pose &pose, int32_t link, bool visual) {
    cu_shape out = {};
    out.link = link;
    out.is_visual = visual;
    out.link_from_shape = flat(pose);
    out.mesh_file = "";
    out.kind = CU_SHAPE_NONE;
    if (const auto *box = dynamic_cast<const urdf::Box *>(geometry)) {
        out.kind = CU_SHAPE_BOX;
        out.dimensions[0] = box->dim.x;
        out.dimensions[1] = box->dim.y;
        out.dimensions[2] = box->dim.z;
    } else if (const auto *sphere = dynamic_cast<const urdf::Sphere *>(geometry)) {
        out.kind = CU_SHAPE_SPHERE;
        out.dimensions[0] = sphere->radius;
    } else if (const auto *cylinder = dynamic_cast<const urdf::Cylinder *>(geometry)) {
        out.kind = CU_SHAPE_CYLINDER;
        out.dimensions[0] = cylinder->radius;
        out.dimensions[1] = cylinder->length;
    } else if (const auto *mesh = dynamic_cast<const urdf::Mesh *>(geometry)) {
        out.kind = CU_SHAPE_MESH;
        out.mesh_file = mesh->filename.c_str();
        out.mesh_scale[0] = mesh->scale.x;
        out.mesh_scale[1] = mesh->scale.y;
        out.mesh_scale[2] = mesh->scale.z;
    }
    return out;
}

void append_shapes(cu_model &model, const urdf::Link &link, int32_t index) {
    for (const auto &collision : link.collision_array) {
        if (!collision) continue;
        model.shapes.push_back(flat(collision->geometry.get(), collision->origin, index, false));
    }
    for (const auto &visual : link.visual_array) {
        if (!visual) continue;
        cu_shape shape = flat(visual->geometry.get(), visual->origin, index, true);
        if (visual->material) {
            const urdf::Color &c = visual->material->color;
            shape.has_colour = 1;
            shape.colour[0] = c.r;
            shape.colour[1] = c.g;
            shape.colour[2] = c.b;
            shape.colour[3] = c.a;
        }
        model.shapes.push_back(shape);
    }
}

void report(const std::string &text, char *message, size_t capacity) {
    if (message == nullptr || capacity == 0) return;
    const size_t count = text.size() < capacity - 1 ? text.size() : capacity - 1;
    std::memcpy(message, text.data(), count);
    message[count] = '\0';
}

} // namespace

extern "C" cu_model *
cu_model_parse(const char *text, size_t length, char *message, size_t capacity) {
    std::string errors;
    cu_model *model = nullptr;
    try {
        install_handler();
        collected = &errors;
        urdf::ModelInterfaceSharedPtr parsed = urdf::parseURDF(std::string(text, length));
        if (parsed) {
            model = new cu_model;
            model->parsed = parsed;
            for (const auto &entry : parsed->links_) {
                append_shapes(*model, *entry.second, int32_t(model->links.size()));
                model->links.push_back(flat(*entry.second));
            }
            for (const auto &entry : parsed->joints_) model->joints.push_back(flat(*entry.second));
        }
    } catch (const std::exception &error) {
        errors += errors.empty() ? error.what() : "";
        delete model;
        model = nullptr;
    } catch (...) {
        delete model;
        model = nullptr;
    }
    collected = nullptr;
    if (model == nullptr) report(errors.empty() ? "not a robot" : errors, message, capacity);
    return model;
}

extern "C" void cu_model_free(cu_model *model) { delete model; }

extern "C" const char *cu_model_name(const cu_model *model) {
    return model->parsed->name_.c_str();
}

extern "C" int32_t cu_model_link_count(const cu_model *model) {
    return int32_t(model->links.size());
}

extern "C" int32_t cu_model_joint_count(const cu_model *model) {
    return int32_t(model->joints.size());
}

extern "C" int32_t cu_model_shape_count(const cu_model *model) {
    return int32_t(model->shapes.size());
}

extern "C" const cu_link *cu_model_links(const cu_model *model) { return model->links.data(); }

extern "C" const cu_joint *cu_model_joints(const cu_model *model) { return model->joints.data(); }

extern "C" const cu_shape *cu_model_shapes(const cu_model *model) { return model->shapes.data(); }
